import { afterAll, beforeAll, expect, test } from 'vitest'
import { kept } from '../../support/memory.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { connect, listen } from '../../support/socket.js'
import { type RawSocket, signedIn } from './rawSocket.js'

// A client that reads slowly, or not at all, costs little and hinders nobody.
let server: TestServer
let inboxId: string

beforeAll(async () => {
  // Nobody here answers a ping.
  server = await startTestServer({ sockets: { pingEvery: 600_000 } })
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const query = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { ... on MessageAdded { message { seq body } } } }`

const newest = async () => (await server.must('{ eventCursor }')).eventCursor as string

const addNote = (id: string, body: string) =>
  server.must(
    `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
      __typename ... on Error { reason: message } } }`,
    { id, body },
  )

test('a hundred that stall keep less than a megabyte each, others hear everything, and all catch up', async () => {
  const conversationId = await server.conversation(inboxId)
  const variables = { after: await newest(), filter: { conversationId } }
  const agents = await Promise.all(['Ann', 'Bob'].map((name) => server.agent(name, [inboxId])))
  const stalled = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const raw = await signedIn(server.url, agents[index % 2]?.token ?? '')
      raw.send({ id: '1', type: 'subscribe', payload: { query, variables } })
      return raw
    }),
  )
  await addNote(conversationId, 'begun')
  for (const raw of stalled) await raw.next(({ payload }) => payload?.data?.events.message?.seq === 2)
  for (const { socket } of stalled) socket.pause()

  const client = connect(server.url, server.token)
  const quick = listen(client, query, variables)
  const before = kept()
  const body = 'x'.repeat(200_000)
  // Kept for each of them it would be 4 GB.
  for (let count = 1; count <= 200; count++) {
    await addNote(conversationId, body)
    await quick.until(({ events }) => events.message?.seq === count + 2)
  }
  expect(kept() - before).toBeLessThan(100)

  for (const { socket } of stalled.slice(1)) socket.terminate()
  const one = stalled[0] as RawSocket
  one.socket.resume()
  for (let seq = 3; seq <= 202; seq++) {
    const { payload } = await one.next(({ type }) => type === 'next')
    expect(payload.data.events.message.seq).toBe(seq)
  }
  await client.dispose()
}, 300_000)
