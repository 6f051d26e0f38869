import type { App } from '../src/app.js'
import { storedId } from '../src/ids.js'
import { recordForIntegration } from '../src/integration/log.js'
import type { Call } from './backend.js'
import { object, text } from './fields.js'
import type { Operation } from './operation.js'
import type { Run } from './run.js'

/** What an operation answers, before a variant wraps it. */
export interface Answer {
  value: unknown
  created: boolean
}

/** Carries an authenticated, valid request to its operation; then records what had to be tolerated in it. */
export function handlerOf(app: App, operation: Operation, run: Run): (call: Call) => Promise<Answer> {
  return async ({ request, routed, actor }) => {
    if (!actor) throw new Error('A request reached its operation without an actor.')
    const parameters = object(request.method === 'GET' ? request.query : routed.body) ?? {}
    const oddities: string[] = []
    const value = await run(actor, { parameters, tolerate: (oddity) => oddities.push(oddity) })
    const conversationId = storedId('Conversation', text(parameters.conversation_id) ?? '')
    for (const oddity of oddities) {
      await recordForIntegration(app.db, actor.integrationId, conversationId, 'TOLERATED', oddity)
    }
    return { value, created: operation.creates }
  }
}
