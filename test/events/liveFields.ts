import { onTestFinished } from 'vitest'
import type { TestServer } from '../support/server.js'
import { connect, type Listener, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'

export const fields = ['messageAdded', 'conversationUpdated', 'conversationsChanged'] as const
export const transports = ['WebSocket', 'SSE'] as const

export type LiveField = (typeof fields)[number]
export type Transport = (typeof transports)[number]

export interface Payload {
  kind: string
  cursor: string
  revision: number | null
  conversation: Record<string, unknown> | null
  total?: number
  conversations?: { nodes: Record<string, unknown>[] } | null
}

/** A subscription to a field that tells of one conversation, or of the list of its inbox. */
export interface Following {
  field: LiveField
  over: Transport
  conversationId: string
  inboxId: string
  token: string
  after?: string
  snapshot?: boolean
  /** What to select of a conversation. */
  select?: string
}

/** Follows until the test is over. */
export function follow(server: TestServer, following: Following): Listener<Payload> {
  const { field, over, conversationId, inboxId, token, after, snapshot, select = 'id' } = following
  const variables = { id: field === 'conversationsChanged' ? inboxId : conversationId, after, snapshot }
  const document = documentOf(field, select)
  const listener = over === 'SSE' ? listenSse(server.url, token, document, variables) : onSocket()
  onTestFinished(listener.stop)
  const payload = (data: Record<string, Payload>) => data[field] as Payload
  return {
    next: async () => payload(await listener.next()),
    until: async (fits) => (await listener.until((data) => fits(payload(data)))).map(payload),
    stop: listener.stop,
  }

  function onSocket(): Listener<Record<string, Payload>> {
    const client = connect(server.url, token)
    return { ...listen(client, document, variables), stop: () => void client.dispose() }
  }
}

function documentOf(field: LiveField, select: string): string {
  const what = {
    messageAdded: 'conversationId: $id',
    conversationUpdated: 'id: $id',
    conversationsChanged: 'filter: { inboxId: $id }',
  }[field]
  const list = field === 'conversationsChanged' ? `total conversations(first: 9) { nodes { ${select} } }` : ''
  return `subscription ($id: ID!, $after: EventCursor, $snapshot: Boolean) {
    ${field}(${what}, after: $after, snapshot: $snapshot) {
      kind cursor revision conversation { ${select} } ${list} } }`
}
