import type { FollowedEvent } from './follower.js'
import type { Party } from './party.js'

export interface StoredMessage {
  id: string
  seq: number
  text: string
}

interface Page<T> {
  nodes: T[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** All messages of a conversation, in order. */
export function storedMessages(party: Party, conversationId: string): Promise<StoredMessage[]> {
  return pages(async (after) => {
    const found = await party.graphql<{ messages: Page<StoredMessage> }>(messagesDocument, {
      conversationId,
      after,
    })
    return found.messages
  })
}

/** All events after a cursor, in order, as the log has them now. */
export function storedEvents(party: Party, from: string): Promise<FollowedEvent[]> {
  return pages((after) => party.graphql<Page<FollowedEvent>>(eventsDocument, { after: after ?? from }))
}

/** An event's place in the log. Opaque to clients; here it shows whether one is missing. */
export function positionOf({ cursor }: FollowedEvent): number {
  return Number(Buffer.from(cursor, 'base64url').toString().split('.')[1])
}

async function pages<T>(read: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  let after: string | null = null
  for (;;) {
    const { nodes, pageInfo }: Page<T> = await read(after)
    all.push(...nodes)
    after = pageInfo.endCursor
    if (!pageInfo.hasNextPage) return all
  }
}

const messagesDocument = `query ($conversationId: ID!, $after: String) {
  conversation(id: $conversationId) {
    messages(first: 100, after: $after) { nodes { id seq text } pageInfo { hasNextPage endCursor } }
  }
}`

const eventsDocument = `query ($after: EventCursor) {
  events(first: 100, after: $after) {
    nodes { __typename cursor ... on MessageAdded { message { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`
