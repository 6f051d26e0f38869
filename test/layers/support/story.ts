import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { type Follower, follow } from '../../flow/nodes/follower.js'
import { token } from './node.js'
import { followBySse } from './sse.js'

/** People who write and follow while something on their way falls. */
export interface Story {
  /** Once so many more notes than now are acknowledged. */
  writes(more: number): Promise<void>
  /** Once all who follow have seen what is acknowledged by now. */
  followed(): Promise<void>
  /** Once somebody who writes has got no acknowledgement. */
  refused(): Promise<void>
  /** Once each of those who follow has lost its connection. */
  allLost(): Promise<void>
  /** Ends it: each has seen each acknowledged note once, in order. */
  end(): Promise<void>
}

/** These nodes are behind the address that is written to, and the one that those who follow are connected with. */
export async function tell(url: string, nodes: readonly string[], streams = url): Promise<Story> {
  const [first = url] = nodes
  const { createInbox } = await graphql(
    first,
    `mutation { createInbox(input: { name: "Layers" }) { ... on CreateInboxPayload { inbox { id } } } }`,
  )
  const { openConversation } = await graphql(
    first,
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
      ... on OpenConversationPayload { conversation { id } } } }`,
    { input: { inboxId: createInbox.inbox.id, endUser: { name: 'Eve' }, message: { body: 'Hello' } } },
  )
  const { id } = openConversation.conversation
  // A new inbox is in sight on all nodes within a second.
  for (const node of nodes)
    await vi.waitUntil(
      async () =>
        (await graphql(node, 'query ($id: ID!) { conversation(id: $id) { id } }', { id })).conversation,
      10_000,
    )
  const { eventCursor } = await graphql(url, '{ eventCursor }')
  const followers: Follower[] = [follow, follow, followBySse, followBySse].map((begin) =>
    begin(streams, token, id, eventCursor),
  )

  const acknowledged: string[] = []
  let refusals = 0
  let isOver = false
  const writing = (async () => {
    for (let number = 1; !isOver; number++) {
      const text = `note ${number}`
      const note = { conversationId: id, body: text, idempotencyKey: randomUUID() }
      while (!(await isAcknowledged(url, note))) {
        refusals++
        await pause(20)
      }
      acknowledged.push(text)
    }
  })()
  // Thrown at the end; until then nobody waits for it.
  writing.catch(() => {})

  return {
    async writes(more) {
      const goal = acknowledged.length + more
      await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(goal)
    },
    async followed() {
      const last = acknowledged.at(-1)
      for (const { seen } of followers)
        await expect.poll(() => seen.includes(last ?? ''), { timeout: 30_000 }).toBe(true)
    },
    async refused() {
      const before = refusals
      await expect.poll(() => refusals, { timeout: 30_000 }).toBeGreaterThan(before)
    },
    async allLost() {
      const before = followers.map(({ resumed }) => resumed())
      for (const [index, { resumed }] of followers.entries())
        await expect.poll(resumed, { timeout: 30_000 }).toBeGreaterThan(before[index] as number)
    },
    async end() {
      isOver = true
      await writing
      for (const follower of followers) {
        await expect.poll(() => follower.seen.at(-1), { timeout: 30_000 }).toBe(acknowledged.at(-1))
        expect(follower.seen.filter((text) => text.startsWith('note '))).toEqual(acknowledged)
        await follower.stop()
      }
    },
  }
}

/** Whether there was an answer; throws for one that no repeat would change. */
async function isAcknowledged(url: string, input: object): Promise<boolean> {
  const write = `mutation ($input: AddNoteInput!) { addNote(input: $input) { __typename ... on Error { reason: message } } }`
  const answer = await graphql(url, write, { input }).catch(() => null)
  if (answer && answer.addNote.__typename !== 'AddNotePayload') throw new Error(JSON.stringify(answer))
  return answer !== null
}

// biome-ignore lint/suspicious/noExplicitAny: each caller says what it expects
export async function graphql(url: string, query: string, variables: object = {}, as = token): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const text = await response.text()
  const { data, errors } = response.ok ? JSON.parse(text) : { errors: text }
  if (errors) throw new Error(`${response.status}: ${JSON.stringify(errors)}`)
  return data
}
