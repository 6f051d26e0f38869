import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { after } from '../support/meanwhile.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

// A server of its own: no other stream may read the log's end in the place of this one.
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test('a change that the snapshot holds already is known by its revision, and counted once', async () => {
  const inboxId = await server.inbox()
  let id = ''
  const restore = after(server, 'events.span', async () => {
    id = await server.conversation(inboxId)
  })
  const client = connect(server.url, server.token)
  onTestFinished(async () => {
    restore()
    await client.dispose()
  })
  const stream = listen(
    client,
    `subscription ($filter: ConversationFilter) { conversationsChanged(filter: $filter, snapshot: true) {
      kind conversationId revision total conversations(first: 5) { edges { node { id revision } } } } }`,
    { filter: { inboxId } },
  )
  const snapshot = (await stream.next()).conversationsChanged
  expect(snapshot).toMatchObject({
    kind: 'SNAPSHOT',
    total: 1,
    conversations: { edges: [{ node: { id, revision: 2 } }] },
  })
  const entered = (await stream.next()).conversationsChanged
  expect(entered).toMatchObject({ kind: 'ENTERED', conversationId: id, revision: 2, total: 1 })
})
