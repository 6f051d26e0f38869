import { createGraphql } from '../../../fin-emulator/demo/graphql.js'
import { type Following, followEvents } from '../../flow/nodes/follower.js'

/** All that both releases say of an event, and that later events leave as it is. */
const event = `__typename type cursor revision occurredAt origin { api integrationId }
  actor { __typename ... on Agent { id } ... on FinIntegration { id } } conversation { id }
  ... on MessageAdded { message { id seq text visibility author { __typename } } }
  ... on AssignmentChanged { from { id } to { id } }
  ... on StatusChanged { fromStatus: from toStatus: to }`

export type RecordedEvent = { cursor: string } & Record<string, unknown>

/** A subscriber to all events, by the node that `url` names whenever it connects. */
export function followAll(url: () => string, token: string, after: string): Following<RecordedEvent> {
  const document = `subscription ($after: EventCursor) { events(after: $after) { ${event} } }`
  return followEvents({ url, token, document, after }, (recorded: RecordedEvent) => recorded)
}

export function newestCursor(url: string, token: string): Promise<string> {
  return createGraphql(url, token).ask('{ eventCursor }')
}

/** All events after a cursor, as a node reads them now. */
export async function recorded(url: string, token: string, after: string): Promise<RecordedEvent[]> {
  const { ask } = createGraphql(url, token)
  const document = `query ($after: EventCursor!) { events(after: $after, first: 100) { nodes { ${event} } } }`
  const all: RecordedEvent[] = []
  for (;;) {
    const { nodes } = await ask<{ nodes: RecordedEvent[] }>(document, { after: all.at(-1)?.cursor ?? after })
    if (nodes.length === 0) return all
    all.push(...nodes)
  }
}
