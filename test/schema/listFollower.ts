import type { TestServer } from '../support/server.js'
import { connect, type Listener, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'

export interface List {
  filter: Record<string, unknown>
  orderBy: { field: 'LAST_ACTIVITY' | 'CREATED'; direction: 'ASC' | 'DESC' }
}

const row = 'id revision status priority title preview messageCount lastActivityAt createdAt assignee { id }'

export const changes = `subscription ($filter: ConversationFilter, $orderBy: ConversationOrder, $after: EventCursor, $snapshot: Boolean) {
  conversationsChanged(filter: $filter, orderBy: $orderBy, after: $after, snapshot: $snapshot) {
    kind cursor revision conversationId total position { at cursor } conversation { ${row} }
    conversations(first: 100) { edges { cursor node { ${row} } } }
  } }`

const query = `query ($filter: ConversationFilter, $orderBy: ConversationOrder) {
  conversations(filter: $filter, orderBy: $orderBy, first: 100) { edges { cursor node { ${row} } } } }`

interface Row {
  id: string
  revision: number
}

export interface Edge {
  cursor: string
  node: Row
}

export interface Change {
  kind: 'SNAPSHOT' | 'RESYNC' | 'ENTERED' | 'LEFT' | 'MOVED' | 'CHANGED'
  cursor: string
  revision: number | null
  conversationId: string | null
  total: number
  position: { at: string; cursor: string } | null
  conversation: Row | null
  conversations: { edges: Edge[] } | null
}

interface Followed {
  conversationsChanged: Change
}

/** What a front end that follows a list holds. */
export interface ListFollower {
  /** In the list's order. */
  edges(): Edge[]
  total(): number
  /** Takes in changes up to the one that a conversation's revision made. */
  until(conversationId: string, revision: number): Promise<void>
  /** Takes in changes until the list holds nothing, and is said to. */
  untilEmpty(): Promise<void>
  /** Loses the connection, and resumes after the last change seen. */
  reconnect(): void
  stop(): void
}

/** A front end as the documentation tells one to be: it keeps a list by what it is told alone. */
export function followList(
  server: Pick<TestServer, 'url' | 'token'>,
  { filter, orderBy }: List,
  over: 'ws' | 'sse',
): ListFollower {
  let entries = new Map<string, Edge & { at: string }>()
  /** What the snapshot held. */
  let held = new Map<string, number>()
  let total = 0
  let cursor: string | undefined
  let connection = open()

  function open(): Listener<Followed> {
    const variables = { filter, orderBy, snapshot: true, after: cursor }
    if (over === 'sse') return listenSse(server.url, server.token, changes, variables)
    const client = connect(server.url, server.token)
    const listener = listen<Followed>(client, changes, variables)
    return { ...listener, stop: () => void client.dispose() }
  }

  function apply(change: Change) {
    cursor = change.cursor
    total = change.total
    if (change.conversations) {
      const at = (node: Row) => String(node[moments[orderBy.field] as keyof Row])
      const { edges } = change.conversations
      entries = new Map(edges.map((edge) => [edge.node.id, { ...edge, at: at(edge.node) }]))
      held = new Map(edges.map(({ node }) => [node.id, node.revision]))
    }
    const { conversationId: id, position, conversation, revision } = change
    if (!id || (revision ?? 0) <= (held.get(id) ?? 0)) return
    if (position && conversation) entries.set(id, { ...position, node: conversation })
    else entries.delete(id)
  }

  async function step(): Promise<Change> {
    const { conversationsChanged: change } = await connection.next()
    apply(change)
    return change
  }

  return {
    edges: () => {
      const sorted = [...entries.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
      if (orderBy.direction === 'DESC') sorted.reverse()
      return sorted.map(({ cursor, node }) => ({ cursor, node }))
    },
    total: () => total,
    async until(conversationId, revision) {
      for (;;) {
        const change = await step()
        const holds = change.conversations?.edges.some(
          ({ node }) => node.id === conversationId && node.revision === revision,
        )
        if (change.conversationId === conversationId && change.revision === revision) return
        // A snapshot's rows and its total are read one after the other: what happens between comes as a change of its own.
        if (holds && entries.size === total) return
      }
    },
    async untilEmpty() {
      // Of a list without rows the same.
      while (!cursor || entries.size > 0 || total > 0) await step()
    },
    reconnect() {
      connection.stop()
      connection = open()
    },
    stop: () => connection.stop(),
  }
}

const moments = { LAST_ACTIVITY: 'lastActivityAt', CREATED: 'createdAt' }

const key = ({ at, node }: { at: string; node: Row }) => `${at} ${node.id}`

/** What the query gives of the same list. */
export async function queryList(
  server: Pick<TestServer, 'must'>,
  { filter, orderBy }: List,
): Promise<Edge[]> {
  const { conversations } = await server.must(query, { filter, orderBy })
  return conversations.edges
}
