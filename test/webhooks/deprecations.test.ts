import { buildSchema } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentWarnings } from '../../schema/webhookDocument.js'
import { reply } from '../../src/message/reply.js'
import { createWebhook } from '../../src/webhook/create.js'
import { eventually } from '../support/eventually.js'
import { openTestApp, prepare, startNode, type TestApp } from './inProcess.js'
import { startReceiver } from './receiver.js'

let opened: TestApp

beforeAll(async () => {
  opened = await openTestApp(4)
})
afterAll(() => opened.close())

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
  const { app, faults, report } = opened
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
