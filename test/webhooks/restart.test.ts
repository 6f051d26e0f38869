import { tmpdir } from 'node:os'
import { parse, subscribe } from 'graphql'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { contextFor } from '../../schema/context.js'
import { schema } from '../../schema/schema.js'
import { type AgentActor, tokenScopes } from '../../src/actor.js'
import { insertAgent } from '../../src/agent/create.js'
import { type App, openApp } from '../../src/app.js'
import { openConversation } from '../../src/conversation/open.js'
import { newestPosition } from '../../src/events/read.js'
import { newId, publicId } from '../../src/ids.js'
import { createFinIntegration } from '../../src/integration/create.js'
import { reply } from '../../src/message/reply.js'
import type { Subscribe } from '../../src/webhooks/finListener.js'
import { startWebhooks } from '../../src/webhooks/start.js'
import { createDatabase, type TestDatabase } from '../support/database.js'
import { startReceiver } from './receiver.js'
import { eventually } from './setup.js'

let database: TestDatabase
let app: Awaited<ReturnType<typeof openApp>>
let faults: Error[]
const report = (error: Error) => faults.push(error)

beforeAll(async () => {
  faults = []
  database = await createDatabase()
  app = await openApp({
    database: { url: database.appUrl, poolSize: 2, preparedStatements: true },
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

test('what happens while no node runs is told by the next one, once', async () => {
  const receiver = await startReceiver()
  const { human, conversationId } = await prepare(app, receiver.url)
  const say = () => reply(app.db, human, { conversationId, body: '<p>An answer</p>' })

  const first = await start()
  await say()
  await receiver.arrival(1)
  await first.stop()
  await say()
  await say()
  const second = await start()
  await receiver.arrival(2)
  await second.stop()
  expect(receiver.received.map(({ body }) => body.conversation_id)).toEqual(
    Array(2).fill(publicId('Conversation', conversationId)),
  )
  expect(faults).toEqual([])
})

test('a stream that breaks is taken up again where it was', async () => {
  const receiver = await startReceiver()
  const { human, conversationId } = await prepare(app, receiver.url)
  let breaks = 1
  const webhooks = await start(async (...asked) => {
    if (breaks-- > 0) throw new Error('The stream broke.')
    return inProcess(...asked)
  })
  await reply(app.db, human, { conversationId, body: '<p>An answer</p>' })
  await receiver.arrival(1)
  await webhooks.stop()
  expect(faults.splice(0)).toMatchObject([{ message: 'The stream broke.' }])
})

test('a listener that has no place in this log says so and goes on at its end', async () => {
  const receiver = await startReceiver()
  const { human, conversationId, integrationId } = await prepare(app, receiver.url)
  const { prisma } = app.db
  await prisma.listener.update({ where: { integrationId }, data: { position: 1_000_000 } })
  const webhooks = await start()
  await eventually(async () => {
    const { position } = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
    expect(Number(position)).toBe(await newestPosition(app.db))
  })
  await reply(app.db, human, { conversationId, body: '<p>An answer</p>' })
  await receiver.arrival(1)
  await webhooks.stop()
  expect(faults.splice(0)).toMatchObject([{ message: expect.stringContaining('event log') }])
})

test('stopping waits for the answer that is under way', async () => {
  let answer = () => {}
  const receiver = await startReceiver((_, response) => {
    answer = () => response.writeHead(202).end()
  })
  const { human, conversationId, integrationId } = await prepare(app, receiver.url)
  const webhooks = await start()
  await reply(app.db, human, { conversationId, body: '<p>An answer</p>' })
  await receiver.arrival(1)
  const stopped = webhooks.stop()
  answer()
  await stopped
  expect(await app.db.prisma.delivery.findMany({ where: { integrationId } })).toMatchObject([
    { state: 'DELIVERED', attemptCount: 1 },
  ])
})

const inProcess: Subscribe = async (actor, document, variableValues) => {
  const contextValue = contextFor(app, await actor(), actor)
  const results = await subscribe({ schema, document: parse(document), variableValues, contextValue })
  if (Symbol.asyncIterator in results) return results
  throw results.errors?.[0]
}

async function start(subscribeWith = inProcess) {
  const webhooks = await startWebhooks(app, { subscribe: subscribeWith, allowPrivate: true, report })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= webhooks.stop()
    return stopped
  }
  onTestFinished(stop)
  return { stop }
}

/** An integration, a human who answers, and a conversation that its Fin opened. */
async function prepare({ db, secrets }: App, webhookBaseUrl: string) {
  const agent = (agentId: string, inboxIds: string[]): AgentActor => ({
    kind: 'AGENT',
    agentId,
    name: 'Maria',
    role: 'ADMIN',
    isBot: false,
    scopes: tokenScopes,
    tokenId: agentId,
    inboxIds,
  })
  const made = await createFinIntegration(db, secrets, agent(newId(), []), {
    name: 'Fin',
    identifier: 'identifier',
    region: 'US',
    webhookKey: 'key',
    webhookBaseUrl,
  })
  if (!('integration' in made)) throw new Error('No integration was made.')
  const { id: integrationId, inboxId, agentId } = made.integration
  const { id } = await db.transaction((tx) =>
    insertAgent(tx, {
      name: 'Maria',
      email: `${newId()}@example.com`,
      alias: null,
      isBot: false,
      passwordHash: null,
    }),
  )
  const fin = {
    kind: 'INTEGRATION',
    integrationId,
    agentId,
    inboxId,
    seesNotes: true,
    bindsByEmail: true,
    inboxIds: [inboxId],
  } as const
  const opened = await openConversation(db, fin, {
    endUser: { name: 'Eve' },
    message: { author: 'END_USER', body: '<p>Hello</p>' },
  })
  if (!('conversation' in opened)) throw new Error('No conversation was opened.')
  return { integrationId, human: agent(id, [inboxId]), conversationId: opened.conversation.id }
}
