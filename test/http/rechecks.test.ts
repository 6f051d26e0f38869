import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test('a look at rights that began before they changed is not taken for the rights of now', async () => {
  const inboxId = await server.inbox()
  const stream = listen(
    connect(server.url, server.token),
    'subscription ($after: EventCursor) { events(after: $after) { ... on ConversationOpened { conversation { id } } } }',
    { after: (await server.must('{ eventCursor }')).eventCursor },
  )
  await server.conversation(inboxId)
  await stream.next()
  // Every second somebody looks what has become of the token behind the socket, and once more after a change.
  const { db } = server.app
  const { query } = db
  const release: (() => void)[] = []
  const another = await new Promise<string>((resolve, reject) => {
    db.query = async (statement, values) => {
      const rows = await query<never>(statement, values)
      if (statement.name !== 'token.principal') return rows
      db.query = query
      await server.inbox('Another').then(resolve, reject)
      db.query = async (next, given) => {
        if (next.name === 'token.principal') {
          db.query = query
          await new Promise<void>((resolve) => release.push(resolve))
        }
        return query(next, given)
      }
      return rows
    }
  })
  await vi.waitFor(() => expect(release).toHaveLength(1), 15_000)
  expect(await server.conversation(another)).toMatch(/^conv_/)
  for (const look of release) look()
  stream.stop()
})
