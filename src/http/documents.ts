import { createSourceEventStream, type DocumentNode, execute, parse } from 'graphql'
import type { finApi } from '../../rest-adapter/adapter.js'
import { type Context, contextFor } from '../../schema/context.js'
import type { AnyEvent } from '../../schema/event.js'
import { schema } from '../../schema/schema.js'
import { schemaVersion } from '../../schema/version.js'
import { documentFaults, documentWarnings } from '../../schema/webhookDocument.js'
import type { App } from '../app.js'
import type { Follow, Heard } from '../webhooks/listeners/listener.js'
import type { Documents } from '../webhooks/listeners/webhookHearing.js'
import { type Report, shownErrors } from './shownErrors.js'

/** Runs a document on the schema, in process, as an actor. */
export function executeFor(app: App): Parameters<typeof finApi>[1] {
  return async (actor, document, variableValues) =>
    execute({ schema, document, variableValues, contextValue: contextFor(app, actor) })
}

/** What listeners need of the schema. */
export function documentsFor(app: App, report: Report): Documents {
  return {
    follow: followFor(app),
    faults: (document, variables) => documentFaults(schema, document, variables),
    warnings: (document) => documentWarnings(schema, document),
    shownError: shownErrors(report),
    schemaVersion: schemaVersion(schema),
  }
}

/** Runs a subscription to `events`, in process, as whoever the actor is by then. */
function followFor(app: App): Follow {
  return async ({ document: text, variables: variableValues, actor, after, passed }) => {
    const document = parse(text)
    const contextValue: Context = Object.assign(contextFor(app, await actor(), actor), {
      resumeAt: after,
      passed,
    })
    const events = await createSourceEventStream({ schema, document, variableValues, contextValue })
    if (!(Symbol.asyncIterator in events)) {
      throw events.errors?.[0] ?? new Error('The subscription gave no stream.')
    }
    return heardOf(events as AsyncIterableIterator<AnyEvent>, document, variableValues, contextValue)
  }
}

function heardOf(
  events: AsyncIterableIterator<AnyEvent>,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
  contextValue: Context,
): AsyncIterableIterator<Heard> {
  const heard: AsyncIterableIterator<Heard> = {
    [Symbol.asyncIterator]: () => heard,
    async next() {
      const { value: event, done } = await events.next()
      if (done) return { value: undefined, done }
      if (event.type === 'RESYNC') throw new Error('A listener was too slow: events expired before it.')
      const result = await execute({ schema, document, variableValues, contextValue, rootValue: event })
      return { value: { event, result }, done: false }
    },
    async return() {
      await events.return?.()
      return { value: undefined, done: true }
    },
  }
  return heard
}
