import { tmpdir } from 'node:os'
import { onTestFinished } from 'vitest'
import type { IntegrationActor } from '../../src/actor.js'
import type { Clock } from '../../src/clock.js'
import { openConversation } from '../../src/conversation/open.js'
import { newestPosition } from '../../src/events/read.js'
import type { DeliveryState } from '../../src/generated/prisma/enums.js'
import { publicId, storedId } from '../../src/ids.js'
import { startServer } from '../../src/server.js'
import { eventually } from '../support/eventually.js'
import type { TestFin, TestServer } from '../support/server.js'
import type { TestReceiver } from './receiver.js'

/** Another node on the same database, until the test ends. */
export async function startAnotherNode(server: TestServer, clock?: Clock): Promise<void> {
  const node = await startServer({
    host: '127.0.0.1',
    port: 0,
    clock,
    secretKey: 'a secret key for tests',
    corsOrigins: [],
    allowPrivateWebhooks: true,
    filesDir: tmpdir(),
    rateLimit: 1_000,
    report: (error) => server.faults.push(error),
    database: { url: server.databaseUrl, poolSize: 2, preparedStatements: true },
  })
  onTestFinished(() => node.stop())
}

/** An integration whose webhooks go to a receiver, and a human who answers in its inbox. */
export async function connect(server: TestServer, receiver: TestReceiver, more: object = {}) {
  const fin = await server.createFin({ webhookBaseUrl: receiver.url, ...more })
  const human = await server.agent('Maria', [fin.inboxId])
  const integrationId = uuid('FinIntegration', fin.integrationId)
  const actor: IntegrationActor = {
    kind: 'INTEGRATION',
    integrationId,
    agentId: uuid('Agent', fin.agentId),
    inboxId: uuid('Inbox', fin.inboxId),
    seesNotes: true,
    bindsByEmail: true,
    inboxIds: [uuid('Inbox', fin.inboxId)],
  }
  const { prisma } = server.app.db

  const connection = {
    fin,
    human,
    integrationId,
    /** Fin, for what it writes itself. */
    actor,
    /** A conversation that its Fin opened, so that no webhook tells of it. */
    conversation: () => openedByFin(server, actor),
    reply: (id: string, body = '<p>An answer</p>') =>
      server.must(
        `mutation ($id: ID!, $body: String!) { replyToConversation(input: { conversationId: $id, body: $body }) {
          __typename ... on Error { message } } }`,
        { id, body },
        human.token,
      ),
    /** Runs `mutation { … }` as the human. */
    act: (fields: string) => server.must(`mutation { ${fields} }`, {}, human.token),
    resume: () => setState(server, fin, 'resumeIntegration'),
    pause: () => setState(server, fin, 'pauseIntegration'),
    fault: async () =>
      (await prisma.finIntegration.findUnique({ where: { id: integrationId } }))?.fault ?? null,
    deliveries: () => prisma.delivery.findMany({ where: { integrationId }, orderBy: { id: 'asc' } }),
    attempts: () =>
      prisma.deliveryAttempt.findMany({ where: { delivery: { integrationId } }, orderBy: { id: 'asc' } }),
    /** Until its listener has dealt with everything that has happened so far. */
    async heard() {
      const { position } = await eventually(async () => {
        server.app.tail.wake()
        const waiting = await prisma.eventPending.count()
        if (waiting > 0) throw new Error('Events are not numbered yet.')
        return { position: await newestPosition(server.app.db) }
      })
      await eventually(async () => {
        const listener = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
        const behind = await prisma.$queryRaw<unknown[]>`
          select 1 from event_feed f join event e on e.id = f.event_id
           where f.position > ${listener.position} and f.position <= ${position} and e.inbox_id = ${actor.inboxId}::uuid`
        if (behind.length > 0) throw new Error('The listener is behind.')
      })
    },
    /** Until this node sends webhooks for it, which one webhook shows. */
    async known() {
      await connection.reply(await connection.conversation())
      await connection.settled('DELIVERED')
    },
    /** Until its deliveries are in these states, in the order they were made. */
    settled: (...states: DeliveryState[]) =>
      eventually(async () => {
        const rows = await prisma.delivery.findMany({ where: { integrationId }, orderBy: { id: 'asc' } })
        const now = rows.map(({ state }) => state)
        if (now.join() !== states.join()) throw new Error(`Deliveries are ${now.join() || 'none'}.`)
        return rows
      }),
  }
  return connection
}

export type Connection = Awaited<ReturnType<typeof connect>>

async function openedByFin(server: TestServer, actor: IntegrationActor): Promise<string> {
  const made = await openConversation(server.app.db, actor, {
    endUser: { name: 'Eve' },
    message: { author: 'END_USER', body: '<p>Hello</p>' },
  })
  if (!('conversation' in made)) throw new Error('A conversation was not opened.')
  return publicId('Conversation', made.conversation.id)
}

async function setState(server: TestServer, fin: TestFin, mutation: string) {
  await server.must(
    `mutation ($id: ID!) { ${mutation}(input: { integrationId: $id }) { __typename ... on Error { message } } }`,
    { id: fin.integrationId },
  )
}

function uuid(type: Parameters<typeof storedId>[0], id: string): string {
  const stored = storedId(type, id)
  if (!stored) throw new Error(`Not an id: ${id}`)
  return stored
}
