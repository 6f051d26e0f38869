import { createHash, timingSafeEqual } from 'node:crypto'
import { type Request, Router } from 'express'
import { z } from 'zod'
import type { Fin } from './fin.js'
import { authorShape } from './shapes.js'

/** What Fin's deployment page shows to the helpdesk. */
export interface Receiver {
  identifier: string
  webhookKey: string
}

const typingShape = z.object({ agent: authorShape.extend({ name: z.string(), email: z.string() }) })
const webhookShape = z
  .object({
    conversation_id: z.string(),
    event_type: z.literal('agent_typing').nullish(),
    data: z.unknown().optional(),
  })
  .refine(({ event_type, data }) => !event_type || typingShape.safeParse(data).success, {
    message: 'agent_typing needs data.agent with id, user_type, name and email',
    path: ['data'],
  })

const typingMs = 5_000

/** The address that helpdesks send webhooks to. It answers at once and syncs afterwards. */
export function receiver(fin: Fin, { identifier, webhookKey }: Receiver): Router {
  const router = Router()
  router.post('/hooks/standalone/custom_helpdesk_conversation_event/:identifier', (request, response) => {
    const started = performance.now()
    const [status, detail] = judge(request)
    response.status(status).json(status === 202 ? {} : { error: { title: detail } })
    const event = z
      .object({ conversation_id: z.string(), event_type: z.string().nullish() })
      .safeParse(request.body)
    const { conversation_id = null, event_type = null } = event.data ?? {}
    fin.activity.add({
      kind: 'webhook',
      name: event_type ?? 'changed',
      conversation: (conversation_id && fin.store.byHelpdeskId(conversation_id)?.id) ?? conversation_id,
      status,
      duration_ms: Math.round(performance.now() - started),
      detail,
    })
    if (status === 202) act(fin, webhookShape.parse(request.body))
  })
  return router

  function judge(request: Request): [number, string | null] {
    if (!sameSecret(request.get('X-Webhook-Key') ?? '', webhookKey)) return [401, 'wrong X-Webhook-Key']
    if (request.params.identifier !== identifier) return [404, 'unknown identifier']
    const found = webhookShape.safeParse(request.body)
    if (!found.success) return [400, z.prettifyError(found.error)]
    const known = fin.store.byHelpdeskId(found.data.conversation_id)
    return [202, known ? null : 'a conversation that Fin does not know']
  }
}

function act(fin: Fin, webhook: z.infer<typeof webhookShape>): void {
  const copy = fin.store.byHelpdeskId(webhook.conversation_id)
  if (!copy) return
  if (webhook.event_type !== 'agent_typing') {
    void fin.syncs.request(copy.id)
    return
  }
  const { agent } = typingShape.parse(webhook.data)
  copy.typing = { agent, until: Date.now() + typingMs }
  fin.activity.add({ kind: 'typing', name: agent.name, conversation: copy.id })
}

// Digests have one length, so that the comparison tells nothing of the key.
function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
