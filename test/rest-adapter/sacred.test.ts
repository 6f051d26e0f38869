import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { OverloadedError } from '../../src/errors.js'
import { storedId } from '../../src/ids.js'
import { patiently } from '../support/patiently.js'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'
import { variants } from './contracts.js'
import { fetchToken, finClient, objectId } from './finClient.js'

// When create_conversation fails, Fin sends the end-user away. So nothing else that is broken may reach it.
let server: TestServer
let fins: (TestFin & { token: string })[]
let database: pg.Client

/** Integrations whose listeners all hang: more of them than the pool has connections. */
const inboxes = 6

beforeAll(async () => {
  server = await startTestServer({ database: { poolSize: 4 } })
  const receiver = await startDeafServer()
  fins = []
  for (let count = 0; count < inboxes; count++) {
    const fin = await server.createFin({ name: `Fin ${count}`, webhookBaseUrl: receiver })
    fins.push({ ...fin, token: await fetchToken(server, fin) })
  }
  database = new pg.Client({ connectionString: server.ownerUrl })
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await server.stop()
})

const clientOf = (index: number, variant: 'rest' | 'posts' = 'posts') =>
  finClient(server, fins[index]?.token ?? '', variant)

const deaf = new Set<Socket>()

/** Takes connections and never answers. */
async function startDeafServer(): Promise<string> {
  const listening = createServer((socket) => {
    deaf.add(socket.on('error', () => undefined))
  })
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  afterAll(() => {
    for (const socket of deaf) socket.destroy()
    listening.close()
  })
  return `http://127.0.0.1:${(listening.address() as { port: number }).port}`
}

/** A subscriber whose socket is read no more. */
async function stalledSubscriber(): Promise<void> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  socket.send(
    JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${server.token}` } }),
  )
  await once(socket, 'message')
  const query = 'subscription { events { cursor conversation { id title attributes preview } } }'
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
  socket.pause()
}

/** A human answers in every inbox, so that every listener and the worker have something to do. */
async function giveTheListenersWork() {
  for (const [index, fin] of fins.entries()) {
    const { conversation } = await clientOf(index).open()
    const { token } = await server.agent('Ann', [fin.inboxId])
    await server.must(
      `mutation ($id: ID!) { replyToConversation(input: { conversationId: $id, body: "Hello" }) { __typename } }`,
      { id: conversation.id },
      token,
    )
  }
}

/** Locks what work in the background needs; who has some of it already may be the one to be refused, or this. */
async function holdAllTables(): Promise<void> {
  const tables = 'delivery, delivery_attempt, listener, integration_call, integration_call_count'
  for (;;) {
    await database.query('begin')
    const refused = await database.query(`lock table ${tables} in access exclusive mode`).then(
      () => null,
      (error) => error,
    )
    if (!refused) return
    await database.query('rollback')
    expect(refused.code).toBe('40P01')
  }
}

/** What waits for a lock, each with when it began to. */
async function waiting(): Promise<string[]> {
  const { rows } = await database.query(
    `select pid || ' ' || query_start as one from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.map(({ one }) => one)
}

test.each(variants)(
  'with delivery worker, listeners, receiver and subscribers all broken it answers 201: %s',
  { timeout: 120_000 },
  async (variant) => {
    const { eventCursor } = await server.must('{ eventCursor }')
    for (let count = 0; count < 5; count++) await stalledSubscriber()
    await holdAllTables()
    await giveTheListenersWork()

    // Answered while whatever hung before it still hangs: it waits for none of them.
    await expect
      .poll(
        async () => {
          const before = await waiting()
          await clientOf(0, variant).open()
          const after = new Set(await waiting())
          return before.length > 0 && before.every((one) => after.has(one))
        },
        { timeout: 60_000 },
      )
      .toBe(true)
    const titles = Array.from({ length: 24 }, (_, index) => `${objectId()} ${index}`)
    await Promise.all(titles.map((title, index) => clientOf(index % inboxes, variant).open({ title })))
    await database.query('rollback')

    const follower = listen(
      connect(server.url, server.token),
      'subscription ($after: EventCursor) { events(after: $after) { conversation { title } } }',
      { after: eventCursor },
    )
    const missing = new Set(titles)
    await follower.until(({ events }) => {
      missing.delete(events.conversation?.title)
      return missing.size === 0
    })
    follower.stop()
    // What hung has said so, and nothing else.
    for (const fault of server.faults.splice(0))
      expect(fault.message).toMatch(/^The helpdesk is busy|^deadlock detected/)
  },
)

describe('it waits for nobody and nothing', () => {
  async function whileHeld(sql: string, values: unknown[], work: () => Promise<void>) {
    await database.query('begin')
    await database.query(sql, values)
    await work().finally(() => database.query('rollback'))
  }

  test('its end-user is being changed, or is being recognised', async () => {
    const client = clientOf(0)
    const id = objectId()
    const { conversation } = await client.open({ user: { id } })
    const endUser = storedId('EndUser', conversation.user.id)
    const integration = storedId('FinIntegration', fins[0]?.integrationId ?? '')
    await whileHeld('select 1 from end_user where id = $1 for no key update', [endUser], async () => {
      await client.open({ user: { id, name: 'Changed' } })
    })
    await whileHeld(
      'select pg_advisory_xact_lock(hashtextextended($1, 7))',
      [`${integration} ${id}`],
      async () => {
        await client.open({ user: { id } })
      },
    )
  })

  test('its end-user is being merged, which waits for another conversation', async () => {
    const client = clientOf(0)
    const [from, into] = [await client.open(), await client.open()]
    const held = storedId('Conversation', from.conversation.id)
    await whileHeld('select 1 from conversation where id = $1 for update', [held], async () => {
      const before = new Set(await waiting())
      const { merging } = await patiently(server, async () => {
        const merging = server.graphql(
          'mutation ($input: MergeEndUsersInput!) { mergeEndUsers(input: $input) { __typename } }',
          { input: { endUserId: from.conversation.user.id, intoEndUserId: into.conversation.user.id } },
        )
        await expect
          .poll(async () => (await waiting()).some((one) => !before.has(one)), { timeout: 15_000 })
          .toBe(true)
        return { merging }
      })
      await client.open({ user: { id: from.conversation.user.id } })
      await client.open({ user: { id: into.conversation.user.id } })
      await database.query('rollback')
      expect((await merging).data.mergeEndUsers.__typename).toBe('MergeEndUsersPayload')
      await database.query('begin')
    })
  })

  test('an update that says of the end-user what is known', async () => {
    const client = clientOf(0)
    const { conversation } = await client.open({ user: { name: 'Marta', email: 'marta@example.com' } })
    const endUser = storedId('EndUser', conversation.user.id)
    await whileHeld('select 1 from end_user where id = $1 for no key update', [endUser], async () => {
      const { id, name, email } = conversation.user
      const given = { conversation_id: conversation.id, status: 'resolved', user: { id, name, email } }
      expect((await client.call('updateConversation', given)).status).toBe('resolved')
    })
  })

  test('nothing that fails after the commit takes the answer back', async () => {
    const { db } = server.app
    const { query } = db
    const client = clientOf(0)
    await client.open()
    const deaf = () => {
      throw new Error('Nobody hears.')
    }
    db.committed.add(deaf)
    db.query = (statement, values) =>
      /^(token|integration)\./.test(statement.name)
        ? query(statement, values)
        : Promise.reject(new OverloadedError())
    try {
      const { conversation, message } = await client.open({ user: { id: objectId(), name: 'Marta' } })
      expect(conversation).toMatchObject({ user: { name: 'Marta' }, assignee: { name: 'Fin' } })
      expect(message.author).toMatchObject({ name: 'Marta' })
    } finally {
      db.query = query
      db.committed.delete(deaf)
    }
    expect(server.faults.splice(0).map(({ message }) => message)).toContain('Nobody hears.')
  })
})
