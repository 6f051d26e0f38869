import { expect, onTestFinished, test, vi } from 'vitest'
import { readGuide } from '../readme/guide.js'
import { startDesk } from './desk.js'
import { addNote, soon } from './setup.js'

export const guide = readGuide()

/** A document of docs/frontend.md, as it stands there. */
export function guideDocument(name: string): string {
  const found = guide.find((one) => one.name === name)
  if (!found) throw new Error(`The guide has no ${name}.`)
  return found.block.text
}

type Variables = Record<string, unknown>
// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Data = any

/** The documents of the guide, by name, through a client of some library. */
export interface GuideClient {
  /** Asks the server, and gives what the library then shows. */
  query(name: string, variables: Variables): Promise<Data>
  /** What it shows without asking. */
  held(name: string, variables: Variables): Data
  mutate(name: string, variables: Variables): Promise<Data>
  subscribe(name: string, variables: Variables, onData: (data: Data) => void): () => void
}

export type Desk = Awaited<ReturnType<typeof startDesk>>

/** The tests that a library works with the guide. */
export function testTheGuide(connect: (desk: Desk) => GuideClient) {
  const open = {
    filter: { status: ['OPEN'] },
    orderBy: { field: 'LAST_ACTIVITY', direction: 'DESC' },
    first: 50,
  }

  async function begin() {
    const desk = await startDesk()
    onTestFinished(() => desk.server.stop())
    const { server, place, newest: id } = desk
    await addNote(server, id, 'The depot knows.')
    await server.must(
      `mutation ($id: ID!, $agentId: ID!) {
        updateConversation(input: { conversationId: $id, tags: ["tulips"], priority: HIGH }) { __typename ... on Error { message } }
        assignConversation(input: { conversationId: $id, agentId: $agentId }) { __typename ... on Error { message } }
      }`,
      { id, agentId: desk.agentId },
    )
    const client = connect(desk)
    return {
      ...desk,
      id,
      client,
      /** What the server says, without a library. */
      plain: (name: string, variables: Variables) => server.must(guideDocument(name), variables, place.token),
      /** What comes, as it comes. */
      follow(name: string, variables: Variables) {
        const came: Data[] = []
        onTestFinished(client.subscribe(name, variables, (data) => came.push(bare(data))))
        return came
      },
    }
  }

  test('shows of a conversation, its timeline and its end-user all that the server gives', async () => {
    const { client, plain, id } = await begin()
    const answer = await plain('Open', { id })
    const { edges, pageInfo } = answer.conversation.timeline
    expect(edges.length).toBeGreaterThan(4)
    expect(bare(await client.query('Open', { id }))).toEqual(bare(answer))
    const panel = { endUserId: answer.conversation.endUser.id }
    expect(bare(await client.query('Panel', panel))).toEqual(bare(await plain('Panel', panel)))
    expect(bare(await client.query('Pickers', {}))).toEqual(bare(await plain('Pickers', {})))
    expect(pageInfo.hasPreviousPage).toBe(false)
  })

  test('keeps a list that has not changed when it is polled, and shows what has', async () => {
    const { client, plain, id, retitle } = await begin()
    const answer = await plain('List', open)
    expect(answer.conversations.edges).toHaveLength(3)
    expect(bare(await client.query('List', open))).toEqual(bare(answer))
    const polled = { ...open, seen: answer.conversations.signature }
    const again = await client.query('List', polled)
    expect([[], answer.conversations.edges]).toContainEqual(bare(again.conversations.edges))
    expect(bare(client.held('List', open))).toEqual(bare(answer))
    await retitle(id, 'Tulips')
    const changed = await client.query('List', polled)
    expect(changed.conversations.edges[0].node).toMatchObject({ id, title: 'Tulips' })
  })

  test('follows a conversation, a list, who writes, and all that happens', async () => {
    const { server, plain, follow, id } = await begin()
    const { eventCursor: after } = await plain('Start', {})
    const streams = {
      watched: follow('Watch', { id, after: null }),
      listed: follow('LiveList', { filter: open.filter, orderBy: open.orderBy, after: null }),
      typing: follow('Typing', { id }),
      all: follow('Everything', { after }),
    }
    await vi.waitFor(() => {
      expect(streams.watched[0]?.conversationUpdated).toMatchObject({
        kind: 'SNAPSHOT',
        conversation: { id },
      })
      const { kind, conversations } = streams.listed[0]?.conversationsChanged ?? {}
      expect({ kind, rows: conversations?.edges.length }).toEqual({ kind: 'SNAPSHOT', rows: 3 })
    }, soon)
    await addNote(server, id, 'Live.')
    const message = { visibility: 'PRIVATE', body: 'Live.' }
    await vi.waitFor(async () => {
      await server.must(
        `mutation ($id: ID!) { setTyping(input: { conversationId: $id, isTyping: true }) { __typename } }`,
        { id },
      )
      expect(streams.watched.at(-1)?.conversationUpdated).toMatchObject({
        kind: 'EVENT',
        event: { type: 'MESSAGE_ADDED', message },
      })
      expect(streams.listed.at(-1)?.conversationsChanged).toMatchObject({
        conversation: { id, tags: [{ name: 'tulips' }] },
      })
      expect(streams.typing[0]?.typing).toMatchObject({ isTyping: true, agent: { name: expect.any(String) } })
      expect(streams.all.at(-1)?.events).toMatchObject({ message: { text: 'Live.' } })
    }, soon)
  })

  test('replies, marks as read, and shows why something was refused', async () => {
    const { client, id } = await begin()
    const input = { conversationId: id, body: '<p>On Monday.</p>', idempotencyKey: 'reply' }
    const { replyToConversation } = await client.mutate('Reply', { input })
    expect(bare(replyToConversation)).toMatchObject({
      message: { body: '<p>On Monday.</p>' },
      conversation: { id, status: 'OPEN' },
    })
    const read = await client.mutate('MarkRead', { input: { conversationId: id, seq: 3 } })
    expect(bare(read.markConversationRead)).toMatchObject({
      conversation: { id, unreadCount: 0, readBy: [{ agent: { name: 'Ada' }, seq: 3 }] },
    })
    const unknown = { ...input, conversationId: 'conv_unknown', idempotencyKey: 'another' }
    const refused = await client.mutate('Reply', { input: unknown })
    expect(bare(refused.replyToConversation)).toEqual({ code: 'NOT_FOUND', reason: expect.any(String) })
  })
}

/** Without what a library adds for itself. */
function bare(data: Data): Data {
  return JSON.parse(JSON.stringify(data), (key, value) => (key.startsWith('__') ? undefined : value))
}
