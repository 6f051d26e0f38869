import { createSourceEventStream, type DocumentNode, execute, getOperationAST, parse } from 'graphql'
import type { finApi } from '../../rest-adapter/adapter.js'
import { type Context, contextFor } from '../../schema/context.js'
import type { AnyEvent } from '../../schema/event.js'
import { schema } from '../../schema/schema.js'
import { schemaVersion } from '../../schema/version.js'
import { documentFaults, documentWarnings } from '../../schema/webhookDocument.js'
import type { App } from '../app.js'
import { type CompiledOperation, compile } from '../execution/compile.js'
import { compiled } from '../execution/prepared.js'
import { run } from '../execution/run.js'
import type { Follow, Heard } from '../webhooks/listeners/listener.js'
import type { Documents } from '../webhooks/listeners/webhookHearing.js'
import { runAhead } from './runAhead.js'
import { type Report, shownErrors } from './shownErrors.js'

/** Runs one of the adapter's documents on the schema, in process, as an actor; the short way where it leads there. */
export function executeFor(app: App): Parameters<typeof finApi>[1] {
  const operations = new Map<DocumentNode, CompiledOperation | null>()
  const operationOf = (document: DocumentNode) => {
    let operation = operations.get(document)
    if (operation === undefined) {
      operation = compiled(schema, document)
      operations.set(document, operation)
    }
    return operation
  }
  return async (actor, document, variableValues) => {
    const contextValue = contextFor(app, actor)
    const operation = operationOf(document)
    const outcome = operation && (await run(schema, operation, contextValue, variableValues))
    if (outcome?.data) return { data: JSON.parse(outcome.data) }
    const settled = outcome?.data === null ? outcome.settled : undefined
    return execute({
      schema,
      document,
      variableValues,
      contextValue: Object.assign(contextValue, { settled }),
    })
  }
}

/** What listeners need of the schema. */
export function documentsFor(app: App, report: Report): Documents {
  return {
    follow: followFor(app),
    faults: (document, variables) => documentFaults(schema, document, variables),
    warnings: (document) => documentWarnings(schema, document),
    shownError: shownErrors(report),
    // Printing the schema takes a while, and most installations have no webhooks.
    get schemaVersion() {
      return schemaVersion(schema)
    },
  }
}

/** Runs a subscription to `events`, in process, as whoever the actor is by then. */
function followFor(app: App): Follow {
  return async ({ document: text, variables: variableValues, first, actor, after, passed }) => {
    const document = parse(text)
    const definition = getOperationAST(document)
    const compiled = definition && compile(schema, document, definition)
    const ahead = runAhead<Heard>(most, passed)
    const contextValue: Context = Object.assign(contextFor(app, first, actor), {
      resumeAt: after,
      passed: ahead.passed,
    })
    const operation = { schema, document, variableValues, contextValue }
    const events = await createSourceEventStream(operation)
    if (!(Symbol.asyncIterator in events)) {
      throw events.errors?.[0] ?? new Error('The subscription gave no stream.')
    }
    return ahead.over(events as AsyncIterableIterator<AnyEvent>, async (event) => {
      if (event.type === 'RESYNC') throw new Error('A listener was too slow: events expired before it.')
      const outcome = compiled && (await run(schema, compiled, contextValue, variableValues, event))
      if (outcome?.data) return { event, result: { data: JSON.parse(outcome.data) } }
      return { event, result: await execute({ ...operation, rootValue: event }) }
    })
  }
}

/** How many events are executed at the same time. */
const most = 100
