import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { numberEvents } from '../../src/events/numbering.js'
import { kept } from '../support/memory.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { listenSse } from '../support/sse.js'

// Who reads a response slowly, or not at all, costs as little as on a socket.
let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const query = `subscription ($id: ID!) {
  messageAdded(conversationId: $id, snapshot: true) { kind message { seq body } } }`

test('a hundred that stall keep little, others hear everything, and one that reads on catches up', async () => {
  const id = await server.conversation(inboxId)
  await numberEvents(server.app.db)
  const stalled = await Promise.all(Array.from({ length: 100 }, () => stall(id)))
  const quick = listenSse(server.url, server.token, query, { id })
  onTestFinished(quick.stop)
  await quick.next()
  const before = kept()
  const body = 'x'.repeat(200_000)
  // Kept for each of them it would be 1 GB. What the clients have in their own buffers counts here as well.
  for (let seq = 2; seq <= 51; seq++) {
    await server.must(
      `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) { __typename } }`,
      { id, body },
    )
    expect((await quick.next()).messageAdded.message.seq).toBe(seq)
  }
  expect(kept() - before).toBeLessThan(150)

  const one = stalled[0] as IncomingMessage
  const seqs: number[] = []
  for await (const line of createInterface(one)) {
    if (!line.startsWith('data: {')) continue
    const { kind, message } = JSON.parse(line.slice('data: '.length)).data.messageAdded
    if (kind === 'EVENT') seqs.push(message.seq)
    if (seqs.length === 50) break
  }
  expect(seqs).toEqual(Array.from({ length: 50 }, (_, index) => index + 2))
}, 120_000)

/** A response that nobody reads. */
async function stall(id: string): Promise<IncomingMessage> {
  const asking = request(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
  })
  asking.end(JSON.stringify({ query, variables: { id } }))
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  onTestFinished(() => void response.destroy())
  return response
}
