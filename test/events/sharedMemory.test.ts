import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { kept } from '../support/memory.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test('what has been shown of a conversation is not kept for its only reader', async () => {
  const inboxId = await server.inbox()
  const client = connect(server.url, server.token)
  onTestFinished(async () => {
    await client.dispose()
  })
  const follow = async () => {
    const id = await server.conversation(inboxId)
    const query = `subscription ($id: ID!) {
      messageAdded(conversationId: $id, snapshot: true) { message { text } } }`
    const stream = listen(client, query, { id })
    await stream.next()
    return { id, stream }
  }
  const followed = await Promise.all(Array.from({ length: 40 }, follow))
  const text = 'x'.repeat(200_000)
  const hear = () =>
    Promise.all(
      followed.map(async ({ id, stream }) => {
        await server.must(
          `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) { __typename } }`,
          { id, body: text },
        )
        await stream.until(({ messageAdded }) => messageAdded.message?.text === text)
      }),
    )
  const before = kept()
  for (let round = 0; round < 6; round++) await hear()
  // All of it would be 48 MB, the newest of each is 8; what is on its way goes by itself.
  await expect.poll(() => kept() - before, { timeout: 20_000 }).toBeLessThan(20)
}, 180_000)
