import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Delivery } from '../../src/generated/prisma/client.js'
import { storedId } from '../../src/ids.js'
import { listenerPlace, moveListener, type Step } from '../../src/webhooks/listeners/place.js'
import { storeLatest } from '../../src/webhooks/sending/store.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, startReceiver } from './receiver.js'
import { connect, startAnotherNode } from './setup.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test('two nodes on one database have one effect', async () => {
  await startAnotherNode(server)
  const receiver = await startReceiver()
  const { conversation, reply, heard, deliveries } = await connect(server, receiver)
  const ids = await Promise.all(Array.from({ length: 10 }, conversation))
  await Promise.all(ids.map((id) => reply(id)))
  await heard()
  const delivered = await eventually(async () => {
    const rows = await deliveries()
    expect(rows.map(({ state }) => state)).toEqual(rows.map(() => 'DELIVERED'))
    return rows
  })
  expect(receiver.received).toHaveLength(delivered.length)
  expect(new Set(receiver.received.map(({ body }) => body.conversation_id))).toEqual(new Set(ids))
  for (const one of delivered) expect(delivered.filter((other) => overlap(one, other))).toEqual([one])
  expect(server.faults).toEqual([])
})

test('what was stored by a node that died before it could send is sent', async () => {
  const receiver = await startReceiver()
  const { integrationId, conversation, heard, settled } = await connect(server, receiver)
  const id = await conversation()
  await heard()
  const { position, store } = await listenerOf(integrationId)
  expect(await store({ from: position, to: position }, storedId('Conversation', id) ?? '')).toBe(true)
  expect((await receiver.arrival(1)).body).toEqual({ conversation_id: id })
  await settled('DELIVERED')
})

test('what a node took and never finished is sent again, once', async () => {
  const receiver = await startReceiver(() => {})
  const { integrationId, conversation, reply, heard, settled } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  await receiver.arrival(1)
  await reply(id)
  await heard()
  await settled('IN_FLIGHT', 'PENDING')
  receiver.reply = accepted
  await sql(`update delivery set lease_until = now() - interval '1 s'
              where state = 'IN_FLIGHT' and integration_id = '${integrationId}'`)
  await receiver.arrival(2)
  const [delivery] = await settled('DELIVERED')
  expect(delivery?.attemptCount).toBe(2)
})

test('a receiver whose listener somebody has locked keeps no other waiting', async () => {
  const held: (() => void)[] = []
  const receiver = await startReceiver((_, response) => {
    held.push(() => response.writeHead(422).end())
  })
  const [one, other] = [await connect(server, receiver), await connect(server, receiver)]
  await one.reply(await one.conversation())
  await receiver.arrival(1)
  await other.reply(await other.conversation())
  await receiver.arrival(2)
  const client = new pg.Client({ connectionString: server.ownerUrl })
  await client.connect()
  try {
    await client.query('begin')
    await client.query('select 1 from listener where integration_id = $1 for update', [one.integrationId])
    for (const answer of held) answer()
    await other.settled('PARKED')
    await one.settled('IN_FLIGHT')
    await client.query('rollback')
    await one.settled('PARKED')
  } finally {
    await client.end()
  }
})

test('a listener that was overtaken stores nothing', async () => {
  const receiver = await startReceiver()
  const { integrationId, deliveries, heard } = await connect(server, receiver)
  await heard()
  const { position, store } = await listenerOf(integrationId)
  expect(await store({ from: position - 1, to: position }, unknown)).toBe(false)
  expect(await deliveries()).toEqual([])
})

test('a listener whose deliveries cannot be stored stays where it was', async () => {
  const receiver = await startReceiver()
  const { integrationId, heard } = await connect(server, receiver)
  await heard()
  const { position, store } = await listenerOf(integrationId)
  await expect(store({ from: position, to: position + 1 }, unknown)).rejects.toThrow(/foreign key/)
  expect((await listenerOf(integrationId)).position).toBe(position)
})

const unknown = '00000000-0000-7000-8000-000000000000'

/** A step of an integration's listener, as it takes one. */
async function listenerOf(integrationId: string) {
  const { db, log } = server.app
  const { id: listenerId } = await db.prisma.listener.findUniqueOrThrow({ where: { integrationId } })
  const { position } = await listenerPlace(db, listenerId)
  const store = (step: Omit<Step, 'log'>, conversationId: string) =>
    db.transaction(async (tx) => {
      if (!(await moveListener(tx, listenerId, { log, ...step }))) return false
      const span = { first: position, last: position }
      await storeLatest(tx, { listenerId, integrationId }, new Map([[conversationId, span]]), 0)
      return true
    })
  return { position, store }
}

/** Whether two deliveries stand for the same part of one conversation's story. */
function overlap(one: Delivery, other: Delivery) {
  return (
    one.conversationId === other.conversationId &&
    one.firstPosition <= other.lastPosition &&
    other.firstPosition <= one.lastPosition
  )
}

async function sql(text: string) {
  const client = new pg.Client({ connectionString: server.ownerUrl })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
