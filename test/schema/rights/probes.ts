import type { Answer, Inbox } from './world.js'

/** A query about an inbox, and how to see that the answer shows what is asked for. */
export interface Probe {
  document: string
  variables: object
  shows(data: NonNullable<Answer['data']>): boolean
}

/** Which id an answer of the query shows, by the type it is of. */
const named: Record<string, { type: string; selection: string; argument?: string }> = {
  agents: { type: 'Agent', selection: '{ id }' },
  cannedReplies: { type: 'CannedReply', selection: '{ id }' },
  conversation: { type: 'Conversation', selection: '{ id }', argument: 'id' },
  conversations: { type: 'Conversation', selection: '{ nodes { id } }' },
  deliveries: { type: 'Delivery', selection: '(first: 100) { nodes { id } }' },
  events: {
    type: 'Conversation',
    selection: '(after: $start, first: 100) { nodes { conversation { id } } }',
  },
  finIntegration: { type: 'FinIntegration', selection: '{ id }', argument: 'id' },
  finIntegrations: { type: 'FinIntegration', selection: '{ id }' },
  inboxes: { type: 'Inbox', selection: '{ id }' },
  node: { type: '', selection: '{ id }', argument: 'id' },
  notices: { type: 'Notice', selection: '(first: 100) { nodes { id } }' },
  teams: { type: 'Team', selection: '{ id members { id } }' },
  webhooks: { type: 'Webhook', selection: '{ id }' },
}

/** What is asked of no inbox. */
const plain: Record<string, { selection: string; shows(value: unknown): boolean }> = {
  apiTokens: { selection: '{ id }', shows: (tokens) => (tokens as unknown[]).length > 0 },
  eventCursor: { selection: '', shows: (cursor) => cursor !== null },
  schemaVersion: { selection: '', shows: (version) => version !== null },
  sessions: { selection: '{ id }', shows: (sessions) => (sessions as unknown[]).length > 0 },
  viewer: { selection: '{ duties }', shows: (viewer) => viewer !== null },
}

export function probeFor(
  { field, variant }: { field: string; variant: string },
  inbox: Inbox,
  start: string,
): Probe {
  const simple = plain[field]
  if (simple) {
    return {
      document: `{ ${field} ${simple.selection} }`,
      variables: {},
      shows: (data) => simple.shows(data[field]),
    }
  }
  const about = named[field]
  const id = inbox.ids[variant || (about?.type ?? '')]
  if (!about || !id) throw new Error(`Nothing says how to ask ${field} ${variant}.`)
  const usesStart = about.selection.includes('$start')
  const declared = [about.argument && `$id: ID!`, usesStart && '$start: EventCursor']
    .filter(Boolean)
    .join(', ')
  return {
    document: `query ${declared && `(${declared})`} { ${field} ${about.argument ? '(id: $id)' : ''} ${about.selection} }`,
    variables: { ...(about.argument && { id }), ...(usesStart && { start }) },
    shows: (data) => JSON.stringify(data).includes(id),
  }
}
