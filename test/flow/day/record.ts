import type { TestServer } from '../../support/server.js'

/** All that is common to events, and what some changed from and to. */
export const eventFields = `__typename type cursor revision actor { __typename ... on Agent { id } } origin { api }
  conversation { id }
  ... on StatusChanged { status: from newStatus: to }
  ... on PriorityChanged { priority: from newPriority: to }
  ... on AssignmentChanged { assignee: from { id } newAssignee: to { id } team: fromTeam { id } newTeam: toTeam { id } }
  ... on MessageAdded { message { id } }`

const rowFields = `id status priority title preview messageCount version revision lastActivityAt waitingSince handedOffAt
  unreadCount inbox { id } assignee { id isBot } team { id }
  readBy { agent { id } seq }`

const list = `query ($filter: ConversationFilter, $first: Int, $after: String, $last: Int, $before: String) {
  conversations(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount isTotalCountExact nodes { ${rowFields} }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`

// biome-ignore lint/suspicious/noExplicitAny: what the documents above give
export type Recorded = any

/** A whole list, in pages of 50 from either end. */
export async function wholeList(
  server: TestServer,
  token: string,
  filter: object,
  backwards = false,
): Promise<{ rows: Recorded[]; total: number }> {
  const rows: Recorded[] = []
  for (let beyond: string | null = null; ; ) {
    const page: object = backwards ? { last: 50, before: beyond } : { first: 50, after: beyond }
    const { conversations }: Recorded = await server.must(list, { filter, ...page }, token)
    const { nodes, pageInfo, totalCount }: Recorded = conversations
    if (backwards) rows.unshift(...nodes)
    else rows.push(...nodes)
    if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return { rows, total: totalCount }
    beyond = backwards ? pageInfo.startCursor : pageInfo.endCursor
  }
}

/** All events behind a cursor. */
export async function wholeLog(server: TestServer, after: string): Promise<Recorded[]> {
  const document = `query ($after: EventCursor!) { events(after: $after, first: 100) { nodes { ${eventFields} } } }`
  const all: Recorded[] = []
  for (;;) {
    const { events } = await server.must(document, { after: all.at(-1)?.cursor ?? after })
    if (events.nodes.length === 0) return all
    all.push(...events.nodes)
  }
}

const story = `query ($id: ID!, $before: String) { conversation(id: $id) {
  timeline(last: 20, before: $before) {
    edges { event { ${eventFields} } node { __typename ... on Message { id } } }
    pageInfo { startCursor hasPreviousPage } } } }`

const said = `query ($id: ID!, $after: String) { conversation(id: $id) {
  messages(first: 20, after: $after) {
    nodes { id seq text visibility author { __typename ... on Agent { id isBot } } }
    pageInfo { endCursor hasNextPage } } } }`

/** A conversation's timeline, from its end backwards. */
export async function wholeTimeline(server: TestServer, id: string): Promise<Recorded[]> {
  const edges: Recorded[] = []
  for (let before: string | null = null; ; ) {
    const { conversation }: Recorded = await server.must(story, { id, before })
    edges.unshift(...conversation.timeline.edges)
    const { hasPreviousPage, startCursor }: Recorded = conversation.timeline.pageInfo
    if (!hasPreviousPage) return edges
    before = startCursor
  }
}

export async function allMessages(server: TestServer, id: string): Promise<Recorded[]> {
  const nodes: Recorded[] = []
  for (let after: string | null = null; ; ) {
    const { conversation }: Recorded = await server.must(said, { id, after })
    nodes.push(...conversation.messages.nodes)
    const { hasNextPage, endCursor }: Recorded = conversation.messages.pageInfo
    if (!hasNextPage) return nodes
    after = endCursor
  }
}
