import type { FieldMap, InputFieldMap, InputShapeFromFields } from '@pothos/core'
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../src/errors.js'
import { fingerprint } from '../src/idempotency/fingerprint.js'
import { Repeat, type RepeatableCall } from '../src/idempotency/transact.js'
import type { NodeType } from '../src/ids.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { findNode, typeOf } from './node.js'

type SchemaTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never
export type InputFields = PothosSchemaTypes.InputFieldBuilder<SchemaTypes, 'InputObject'>
export type PayloadFields<Result> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Result>
type Errors = (new (...args: never[]) => Error)[]

interface MutationOptions<Fields extends InputFieldMap, Result extends object> {
  description: string
  input: (t: InputFields) => Fields
  /** Whether an `idempotencyKey` makes a call repeatable; true when left out. Without one, `description` says what a repeat does. */
  keyed?: boolean
  /** The caller may say which version of the conversation they saw. */
  versioned?: boolean
  /** The changed objects, by the payload's field names. */
  changes: { [Name in keyof NoInfer<Result>]?: NodeType }
  /** Fields of the payload that no repeat gives again, such as a secret. Stands after `run`, from which its type comes. */
  once?: (t: PayloadFields<NoInfer<Result>>) => FieldMap
  errors?: Errors
  /** Who may see or do what is another afterwards; this node knows at once, others within a second. */
  changesRights?: boolean
  run: (
    input: InputShapeFromFields<Fields> & { expectedVersion?: number | null },
    context: Context,
    call: RepeatableCall | undefined,
    schema: GraphQLSchema,
  ) => Promise<Result | Repeat>
}

/** What every mutation can answer instead of its payload. */
const mutationErrors = [NotFoundError, ForbiddenError, ConflictError, ValidationError]

const longestKey = 200

/**
 * Adds a mutation the one way there is: `name(input: NameInput!): NameResult!`, with `idempotencyKey` in its input
 * unless it says that it needs none, and the expected errors in its result.
 */
export function mutation<const Fields extends InputFieldMap, Result extends object>(
  name: string,
  options: MutationOptions<Fields, Result>,
) {
  const { keyed = true } = options
  const title = name[0]?.toUpperCase() + name.slice(1)

  const input = builder.inputType(`${title}Input`, {
    description: `What \`${name}\` takes.`,
    fields: (t) => ({
      ...options.input(t),
      ...(keyed && {
        idempotencyKey: t.string({
          description:
            'Makes the call repeatable for 7 days: a repeat with the same key and input returns the first result. At most 200 characters.',
        }),
      }),
      ...(options.versioned && {
        expectedVersion: t.int({
          description:
            'The `version` you saw; another present one gives a ConflictError and changes nothing.',
        }),
      }),
    }),
  })

  const payload = builder.objectRef<Result>(`${title}Payload`).implement({
    description: `What \`${name}\` changed.`,
    fields: (t): FieldMap => ({
      ...Object.fromEntries(
        Object.entries(options.changes).map(([field, type]) => [
          field,
          t.field({
            type: typeOf(type as NodeType) as never,
            description: 'As it is now.',
            resolve: (result) => result[field as keyof Result] as never,
          }),
        ]),
      ),
      ...options.once?.(t as never),
    }),
  })

  builder.mutationField(name, (t) =>
    t.field({
      type: payload,
      description: options.description,
      args: { input: t.arg({ type: input, required: true, description: 'All that it takes.' }) },
      errors: {
        types: [...mutationErrors, ...(options.errors ?? [])] as never,
        union: { name: `${title}Result`, description: `What \`${name}\` gives.` },
      },
      resolve: (async (
        _: unknown,
        args: { input: unknown },
        context: Context,
        { schema }: GraphQLResolveInfo,
      ) => {
        const given = args.input as InputShapeFromFields<Fields> & { idempotencyKey?: string | null }
        const call = keyed ? repeatable(context, name, given) : undefined
        const result = await options.run(given, context, call, schema)
        // Looked up with the rights of the call, which a call that gives its own token up has no more afterwards.
        const changed = await settled(context, options.changes as Record<string, NodeType>, result)
        if (options.changesRights) {
          context.app.door.forget()
          await learnRights(context)
        }
        return changed
      }) as never,
    }),
  )
}

function repeatable(
  { app }: Context,
  mutation: string,
  { idempotencyKey: key, ...input }: { idempotencyKey?: string | null },
): RepeatableCall | undefined {
  if (key == null) return undefined
  if (key === '' || key.length > longestKey) {
    throw new ValidationError('idempotencyKey', `A key has 1 to ${longestKey} characters.`)
  }
  return { mutation, key, inputHash: fingerprint(app.secrets, input) }
}

/** Looks up what an operation names by id only, with the rights of now: all of a repeat's. */
async function settled(context: Context, changes: Record<string, NodeType>, result: object): Promise<object> {
  const settledResult: Record<string, unknown> = result instanceof Repeat ? {} : { ...result }
  const named: Record<string, unknown> = result instanceof Repeat ? result.ids : settledResult
  for (const [field, type] of Object.entries(changes)) {
    const value = named[field]
    const id = typeof value === 'string' ? value : onlyId(value)
    if (!id) continue
    let found = await findNode(context, type, id)
    if (!found && result instanceof Repeat) {
      // What the first call made, maybe on another node, may be in sight only since.
      await learnRights(context)
      found = await findNode(context, type, id)
    }
    if (!found) throw new NotFoundError(type)
    settledResult[field] = found
  }
  return settledResult
}

/** Rights are remembered for up to a second; this node asks for them anew. */
async function learnRights(context: Context): Promise<void> {
  context.app.principals.forget()
  await context.refresh()
}

function onlyId(value: unknown): string | null {
  const keys = value && typeof value === 'object' ? Object.keys(value) : []
  return keys.length === 1 && keys[0] === 'id' ? (value as { id: string }).id : null
}
