import { setTimeout as delay } from 'node:timers/promises'
import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import { contextFor } from '../../../schema/context.js'
import type { AgentActor } from '../../actor.js'
import type { App } from '../../app.js'
import { newestPosition } from '../../events/read.js'
import { resume } from '../../events/resume.js'
import type { Caller } from '../bearer.js'
import { Group, type SharedOperation } from './group.js'
import { rightsKey, rightsOf } from './rights.js'
import { SharedStream } from './stream.js'

/** Executes subscriptions of the same document, variables and rights once for all of them. */
export interface Sharing {
  /** Null when the operation is none to share: then it is executed for its subscriber alone. */
  stream(request: SharedRequest): Promise<SharedStream | null>
}

export interface SharedRequest {
  text: string
  args: ExecutionArgs
  caller: Caller
  /** Executes it for this subscriber alone, from a position on; null: from where it says itself. */
  alone: (resumeAt: number | null) => Promise<AsyncIterable<unknown>>
}

/** How far behind the newest event a group may begin; whoever is further back first catches up by itself. */
const nearEnough = 1_000
/** How long a group waits for others who resume, so that it begins with the one furthest back, in ms. */
const gatheringTime = 5
const mostRemembered = 1_000

export function openSharing(app: App, shownError: (error: unknown) => Error): Sharing {
  const groups = new Map<string, Gathering>()
  /** Documents in which something depends on who looks. */
  const personal = new Set<string>()

  async function join(key: string, operation: SharedOperation, from: number): Promise<Membership | null> {
    const gathering = groups.get(key) ?? gather(operation, () => groups.delete(key))
    groups.set(key, gathering)
    const membership = await gathering.join(from)
    if (membership && !membership.group.ended) return membership
    membership?.leave()
    if (groups.get(key) === gathering) groups.delete(key)
    return membership ? join(key, operation, from) : null
  }

  function gather(operation: SharedOperation, emptied: () => void): Gathering {
    let members = 0
    let furthest = Number.POSITIVE_INFINITY
    const opening = (async () => {
      const newest = await newestPosition(app.db)
      await delay(gatheringTime)
      const isNear = furthest >= newest - nearEnough && furthest <= newest
      return Group.open(operation, isNear ? furthest : newest)
    })()
    return {
      async join(from) {
        members++
        furthest = Math.min(furthest, from)
        const group = await opening
        if (!group) return null
        const leave = () => {
          if (--members > 0) return
          emptied()
          group.close()
        }
        return { group, leave }
      },
    }
  }

  /** Null for a cursor that cannot be resumed, which the operation itself has to say. */
  async function placeIn(after: string | null | undefined): Promise<number | null> {
    const { position, lost } = await resume(app.db, app.log, after)
    return lost ? null : position
  }

  return {
    async stream({ text, args, caller, alone }) {
      const asked = sharedField(args.schema, args.document, args.operationName)
      const document = JSON.stringify([text, args.operationName ?? null])
      if (!asked || personal.has(document)) return null
      const { after, others } = placeOf(args, asked)
      const operationFor = (actor: AgentActor): SharedOperation => ({
        schema: args.schema,
        document: args.document,
        operationName: args.operationName,
        variableValues: args.variableValues,
        context: (resumeAt) => Object.assign(contextFor(app, rightsOf(actor)), { resumeAt }),
        shownError,
      })
      return new SharedStream({
        resumeAt: await placeIn(after),
        alone,
        async join(from) {
          const actor = await caller.again()
          if (!actor) return 'refused'
          const operation = operationFor(actor)
          const membership = await join(JSON.stringify([document, others, rightsKey(actor)]), operation, from)
          return membership && { ...membership, operation }
        },
        isPersonal() {
          if (personal.size >= mostRemembered) personal.clear()
          personal.add(document)
        },
      })
    },
  }
}

interface Membership {
  group: Group
  leave(): void
}

/** A group that is, or is about to be. */
interface Gathering {
  /** Null when the operation cannot begin. */
  join(from: number): Promise<Membership | null>
}

/** The only field of a subscription that can be shared. */
function sharedField(schema: GraphQLSchema, document: DocumentNode, operationName?: string | null) {
  const operation = getOperationAST(document, operationName)
  const [field, ...more] = operation?.selectionSet.selections ?? []
  if (!operation || field?.kind !== 'Field' || more.length > 0 || field.directives?.length) return null
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value]
  return definition?.extensions.isShared ? { operation, field, definition } : null
}

/** From where an operation resumes, and what else it was given. */
function placeOf(
  { schema, document, variableValues }: ExecutionArgs,
  { operation, field, definition }: NonNullable<ReturnType<typeof sharedField>>,
): { after: string | null | undefined; others: object } {
  const { coerced = {} } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variableValues ?? {},
  )
  const { after } = getArgumentValues(definition, field, coerced) as { after?: string | null }
  const place = onlyUse(document, operation, field)
  const others = Object.entries(variableValues ?? {}).filter(([name]) => name !== place)
  return { after, others: others.sort(([one], [other]) => (one < other ? -1 : 1)) }
}

/** The variable that says where to resume, unless it says something else too. */
function onlyUse(document: DocumentNode, { variableDefinitions }: OperationDefinitionNode, field: FieldNode) {
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value
  if (after?.kind !== 'Variable') return null
  const name = after.name.value
  let uses = 0
  visit(document, {
    Variable: (variable) => {
      if (variable.name.value === name) uses++
    },
  })
  const definitions = variableDefinitions?.filter(({ variable }) => variable.name.value === name).length ?? 0
  return uses - definitions === 1 ? name : null
}
