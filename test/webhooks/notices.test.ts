import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'
import { listen, connect as openSocket } from '../support/socket.js'
import { answers, startReceiver } from './receiver.js'
import { connect } from './setup.js'
import { createWebhook } from './webhookSetup.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const seen = `{ notices(first: 1) { nodes { kind detail integration { id } webhook { id } } pageInfo { hasNextPage endCursor } } }`

test('what has to be mended reaches the admins as it happens, and stays to be read', async () => {
  const client = openSocket(server.url, server.token)
  onTestFinished(async () => client.dispose())
  const begun = watched(server)
  const stream = listen(
    client,
    'subscription { noticeAdded { kind detail integration { id } webhook { id } } }',
    {},
  )
  await begun
  const refused = await startReceiver(answers(401))
  const { fin, conversation, reply, resume } = await connect(server, refused)
  await reply(await conversation())
  const stopped = {
    kind: 'INTEGRATION_STOPPED',
    detail: expect.stringMatching(/status 401.*resume/),
    integration: { id: fin.integrationId },
    webhook: null,
  }
  expect((await stream.next()).noticeAdded).toEqual(stopped)

  const gone = await startReceiver(answers(410))
  const webhook = await createWebhook(server, gone)
  await resume()
  expect((await stream.next()).noticeAdded).toMatchObject(stopped)
  await server.conversation(await server.inbox())
  const last = { kind: 'WEBHOOK_STOPPED', integration: null, webhook: { id: webhook.id } }
  expect((await stream.next()).noticeAdded).toMatchObject(last)
  stream.stop()

  const { notices } = await server.must(seen)
  expect(notices).toMatchObject({ nodes: [last], pageInfo: { hasNextPage: true } })
  const older = await server.must('query ($after: String) { notices(after: $after) { nodes { kind } } }', {
    after: notices.pageInfo.endCursor,
  })
  expect(older.notices.nodes).toEqual([{ kind: 'INTEGRATION_STOPPED' }, { kind: 'INTEGRATION_STOPPED' }])
})

/** Until somebody who watches knows the notices that there are: those that come then are told. */
function watched({ app: { db } }: TestServer): Promise<void> {
  const { query } = db
  return new Promise((resolve) => {
    db.query = async (statement, values) => {
      const rows = await query<never>(statement, values)
      if (statement.name === 'notice.since') {
        db.query = query
        resolve()
      }
      return rows
    }
  })
}

test('others are told nothing', async () => {
  const agent = await server.agent('Maria', [await server.inbox()])
  expect((await server.must(seen, {}, agent.token)).notices.nodes).toEqual([])
  const client = openSocket(server.url, agent.token)
  onTestFinished(async () => client.dispose())
  await expect(listen(client, 'subscription { noticeAdded { kind } }', {}).next()).rejects.toThrow(/admin/)
})
