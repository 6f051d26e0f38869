import { vi } from 'vitest'
import { WebSocket } from 'ws'
import type { FeedState } from '../../client/index.js'
import type { TestServer } from '../support/server.js'

/** For each feed of a test: quick, so that nothing waits long. */
export const quick = { webSocket: WebSocket, minDelayMs: 1, maxDelayMs: 20 }

/** On a busy machine. */
export const soon = { timeout: 15_000, interval: 20 }

/** A feed's states as they come, and the way to wait for one. */
export function watchStates() {
  const states: FeedState[] = []
  return {
    states,
    onState: (state: FeedState) => {
      states.push(state)
    },
    /** The first that fits, of those that came or will. */
    until: (fits: (state: FeedState) => boolean) =>
      vi.waitFor(
        () => {
          const found = states.find(fits)
          if (!found) throw new Error(`No such state; the last is ${JSON.stringify(states.at(-1))}`)
          return found
        },
        { timeout: 15_000, interval: 5 },
      ),
  }
}

export interface Noted {
  cursor: string
  type: string
  revision: number
  conversation: { id: string }
  message?: { text: string }
}

/** The events of one conversation, with the text of each message. */
export const noted = `subscription ($after: EventCursor, $conversationId: ID!) {
  events(after: $after, filter: { conversationId: $conversationId }) {
    cursor type revision conversation { id }
    ... on MessageAdded { message { text } }
  }
}`

/** What a test's server and a process have in common. */
interface Helpdesk {
  must(query: string, variables?: object): Promise<unknown>
}

export async function addNote({ must }: Helpdesk, id: string, body: string): Promise<void> {
  await must(
    `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
      __typename ... on Error { message } } }`,
    { id, body },
  )
}

/** So many events, then leaves. */
export async function take<Event>(feed: AsyncIterable<Event>, count: number): Promise<Event[]> {
  const events: Event[] = []
  for await (const event of feed) if (events.push(event) === count) break
  return events
}

export const textsOf = (events: { message?: { text: string } }[]) =>
  events.map(({ message }) => message?.text)

/** A new conversation whose own events are in the log already. */
export async function quietConversation(server: TestServer, inboxId: string): Promise<string> {
  const id = await server.conversation(inboxId)
  await logged(server, id, 2)
  return id
}

const logOf = 'query ($id: ID!) { events(filter: { conversationId: $id }) { nodes { type } } }'

/** Once so many events of a conversation are in the log. */
export async function logged({ must }: Helpdesk, id: string, count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { events } = (await must(logOf, { id })) as { events: { nodes: unknown[] } }
    if (events.nodes.length < count) throw new Error('They are not in the log yet')
  }, soon)
}
