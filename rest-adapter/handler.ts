import type { UnreadValue } from '../src/integration/log.js'
import type { Call } from './call.js'
import { object, readingOf } from './fields.js'
import type { Operation } from './operation.js'
import type { Run } from './run.js'
import { storable } from './storable.js'

/** What an operation answers, before a variant wraps it. */
export interface Answer {
  value: unknown
  created: boolean
}

/** Carries an authenticated, valid request to its operation. */
export function handlerOf(operation: Operation, run: Run): (call: Call) => Promise<Answer> {
  return async ({ method, query, body, actor }) => {
    if (!actor) throw new Error('A request reached its operation without an actor.')
    const unread: UnreadValue[] = []
    const parameters = storable(object(method === 'GET' ? query : body) ?? {}, unread)
    const value = await run(actor, { parameters, read: readingOf(parameters, unread), unread })
    return { value, created: operation.creates }
  }
}
