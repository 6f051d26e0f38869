import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { noticeChannel } from '../../src/notice/record.js'
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
  const begun = listened(server)
  const stream = listen(
    client,
    'subscription { noticeAdded { kind detail integration { id } webhook { id } } }',
    {},
  )
  const first = stream.next()
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
  expect((await first).noticeAdded).toEqual(stopped)

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

/** Until somebody on this node listens to notices. */
function listened({ app }: TestServer): Promise<void> {
  const { on } = app.listening
  return new Promise((resolve) => {
    app.listening.on = (channel, heard) => {
      const silence = on(channel, heard)
      if (channel === noticeChannel) resolve()
      return silence
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
