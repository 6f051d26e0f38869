import { tmpdir } from 'node:os'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentWarnings } from '../../schema/webhookDocument.js'
import { openApp } from '../../src/app.js'
import { reply } from '../../src/message/reply.js'
import { createWebhook } from '../../src/webhook/create.js'
import { createDatabase, type TestDatabase } from '../support/database.js'
import { prepare, startNode } from './inProcess.js'
import { startReceiver } from './receiver.js'
import { eventually } from './setup.js'

let database: TestDatabase
let app: Awaited<ReturnType<typeof openApp>>
const faults: Error[] = []
const report = (error: Error) => faults.push(error)

beforeAll(async () => {
  database = await createDatabase()
  app = await openApp({
    database: { url: database.appUrl, poolSize: 4, preparedStatements: true },
    filesDir: tmpdir(),
    secretKey: 'a secret key for tests',
    publicUrl: () => 'http://localhost',
    report,
  })
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

test('what a later release will not know is named', () => {
  const schema = buildSchema(`
    type Query { a: Int }
    type Event { type: String kind: String @deprecated(reason: "Use type.") }
    type Subscription { events: Event }`)
  expect(documentWarnings(schema, 'subscription { events { type } }')).toEqual([])
  expect(documentWarnings(schema, 'subscription { events { kind } }')).toEqual([
    expect.stringMatching(/Event\.kind is deprecated\. Use type/),
  ])
})

test('the admins are warned once of a document that a later release will not take, and it keeps working', async () => {
  const receiver = await startReceiver()
  const { human, conversationId } = await prepare(app, 'http://127.0.0.1:1')
  await app.db.prisma.agent.update({ where: { id: human.agentId }, data: { role: 'ADMIN' } })
  await createWebhook(
    app.db,
    app.secrets,
    human,
    { url: receiver.url, subscription: 'subscription { events { type } }', variables: {} },
    () => [],
  )
  const change = () => ({ warnings: () => ['The field Event.type is deprecated.'] })
  const nodes = await Promise.all([startNode(app, { change, report }), startNode(app, { change, report })])
  await reply(app.db, human, { conversationId, body: '<p>An answer</p>' })
  await receiver.arrival(1)
  for (const node of nodes) await node.stop()
  await (await startNode(app, { change, report })).stop()
  await eventually(async () => {
    expect(await app.db.prisma.notice.findMany()).toMatchObject([
      { kind: 'DOCUMENT_DEPRECATED', detail: expect.stringContaining('The field Event.type is deprecated.') },
    ])
  })
  expect(faults).toEqual([])
})
