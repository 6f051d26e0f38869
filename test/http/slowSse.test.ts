import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
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
  await stallElsewhere(id, 99)
  const one = await stall(id)
  const quick = listenSse(server.url, server.token, query, { id })
  onTestFinished(quick.stop)
  await quick.next()
  const before = kept()
  const body = 'x'.repeat(200_000)
  // Kept for each of them it would be 1 GB.
  for (let seq = 2; seq <= 51; seq++) {
    await server.must(
      `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) { __typename } }`,
      { id, body },
    )
    expect((await quick.next()).messageAdded.message.seq).toBe(seq)
  }
  expect(kept() - before).toBeLessThan(100)

  const seqs: number[] = []
  for await (const line of createInterface(one)) {
    if (!line.startsWith('data: {')) continue
    const { kind, message } = JSON.parse(line.slice('data: '.length)).data.messageAdded
    if (kind === 'EVENT') seqs.push(message.seq)
    if (seqs.length === 50) break
  }
  expect(seqs).toEqual(Array.from({ length: 50 }, (_, index) => index + 2))
}, 120_000)

const asked = () => ({
  method: 'POST',
  headers: {
    authorization: `Bearer ${server.token}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  },
})
const body = (id: string) => JSON.stringify({ query, variables: { id } })

/** Responses that nobody reads, in a heap of their own: what their clients keep is not the server's. */
async function stallElsewhere(id: string, count: number): Promise<void> {
  const clients = new Worker(
    `const { request } = require('node:http')
     const { parentPort, workerData: { url, asked, body, count } } = require('node:worker_threads')
     let begun = 0
     for (let left = count; left > 0; left--)
       request(url, asked, () => ++begun === count && parentPort.postMessage('all')).end(body)`,
    { eval: true, workerData: { url: `${server.url}/graphql`, asked: asked(), body: body(id), count } },
  )
  onTestFinished(() => clients.terminate().then(() => undefined))
  await once(clients, 'message')
}

/** A response that nobody reads yet. */
async function stall(id: string): Promise<IncomingMessage> {
  const asking = request(`${server.url}/graphql`, asked())
  asking.end(body(id))
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  onTestFinished(() => void response.destroy())
  return response
}
