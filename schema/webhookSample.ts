import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  parse,
} from 'graphql'
import { requireAdmin } from '../src/actor.js'
import { NotFoundError, ValidationError } from '../src/errors.js'
import { readableSpan } from '../src/events/read.js'
import { webhookOwner } from '../src/webhook/owner.js'
import { webhookBody } from '../src/webhook/payload.js'
import { webhookDocument } from '../src/webhook/read.js'
import { type Context, contextFor } from './context.js'
import type { AnyEvent } from './event.js'
import { schemaVersion } from './version.js'
import { documentFaults } from './webhookDocument.js'

/** How many of the newest events are looked through for one to show. */
const lookedThrough = 200

/**
 * The body of a sample: what a webhook's document shows of the newest event that it asks for; when there is none, its
 * `data` is null. Throws NotFoundError, and ValidationError for a document that this release does not take.
 */
export async function sampleFor(
  { app, actor }: Context,
  schema: GraphQLSchema,
  webhookId: string,
): Promise<string> {
  requireAdmin(actor)
  const asked = await webhookDocument(app.db, webhookId)
  if (!asked) throw new NotFoundError('Webhook')
  const [fault] = documentFaults(schema, asked.subscription, asked.variables)
  if (fault) throw new ValidationError('webhookId', fault)
  const document = parse(asked.subscription)
  const owner = await webhookOwner(app.db, webhookId)
  const operation = { schema, document, variableValues: asked.variables }
  const event = owner && (await newestFor(operation, contextFor(app, owner)))
  const result: ExecutionResult = event
    ? await execute({ ...operation, rootValue: event, contextValue: contextFor(app, owner) })
    : { data: null }
  if (result.errors?.[0]) throw result.errors[0]
  return webhookBody({ type: 'TEST', occurredAt: app.db.clock.now() }, result, schemaVersion(schema))
}

interface Operation {
  schema: GraphQLSchema
  document: DocumentNode
  variableValues: Record<string, unknown>
}

/** The newest event that a subscription to `events` shows, among the last ones. */
async function newestFor(operation: Operation, context: Context): Promise<AnyEvent | null> {
  const { after, newest } = await readableSpan(context.app.db)
  const from = Math.max(after, newest - lookedThrough)
  if (from >= newest) return null
  const looked = new Promise<null>((resolve) => {
    context.passed = (position) => position >= newest && resolve(null)
  })
  context.resumeAt = from
  const events = await createSourceEventStream({ ...operation, contextValue: context })
  if (!(Symbol.asyncIterator in events)) return null
  const source = events as AsyncIterableIterator<AnyEvent>
  try {
    for (let found: AnyEvent | null = null; ; ) {
      const next = await Promise.race([source.next(), looked])
      if (!next || next.done) return found
      found = next.value
    }
  } finally {
    await source.return?.()
  }
}
