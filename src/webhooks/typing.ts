import { agentsByIds } from '../agent/access.js'
import type { App } from '../app.js'
import { publicId } from '../ids.js'
import type { TypingSignal } from '../typing/typing.js'
import { watchTyping } from '../typing/watch.js'
import type { ConnectedFin } from './connected.js'
import type { Receivers } from './receivers.js'
import { finRequest } from './sending/request.js'
import { sendWebhook } from './sending/send.js'

export interface TypingOptions {
  receivers: Receivers
  /** The integrations as of now. */
  integrations: () => readonly ConnectedFin[]
  report: (error: Error) => void
}

/** One per conversation and agent in this time, in ms. */
const every = 3_000
/** Afterwards it is of no use any more, in ms. */
const usefulFor = 5_000
const mostUnderWay = 16

/** Tells Fin that a human writes. Sent once and by one node, the one that was told; never stored, never retried. */
export function startTyping(
  app: App,
  { receivers, integrations, report }: TypingOptions,
): { stop(): Promise<void> } {
  const told = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  const signals = watchTyping(app.listening, {
    wants: (signal) => signal.node === app.node && signal.isTyping && receiverOf(signal) !== undefined,
  })

  function receiverOf({ inboxId }: TypingSignal): ConnectedFin | undefined {
    return integrations().find((integration) => integration.sends && integration.inboxId === inboxId)
  }

  function isDue({ conversationId, agentId }: TypingSignal): boolean {
    const now = app.db.clock.now().getTime()
    for (const [key, at] of told) if (now - at >= every) told.delete(key)
    const key = `${conversationId} ${agentId}`
    if (told.has(key)) return false
    told.set(key, now)
    return true
  }

  async function tell(signal: TypingSignal) {
    const receiver = receiverOf(signal)
    const [agent] = await agentsByIds(app.db, [signal.agentId])
    if (!receiver || !agent || agent.isBot) return
    const { id, name, alias, email } = agent
    const body = {
      conversation_id: publicId('Conversation', signal.conversationId),
      event_type: 'agent_typing',
      data: { agent: { id: publicId('Agent', id), user_type: 'agent', name: alias ?? name, email } },
    }
    await sendWebhook(
      receivers,
      receiver.listenerId,
      () => finRequest(app.secrets, receiver, body),
      usefulFor,
    )
  }

  async function watch() {
    for await (const signal of signals) {
      if (underWay.size >= mostUnderWay || !isDue(signal)) continue
      const telling = tell(signal)
        .catch(report)
        .finally(() => underWay.delete(telling))
      underWay.add(telling)
    }
  }

  const watching = watch().catch(report)
  return {
    async stop() {
      signals.return()
      await watching
      await Promise.all(underWay)
    },
  }
}
