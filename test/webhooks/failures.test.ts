import { afterAll, beforeAll, expect, test } from 'vitest'
import { stillClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver } from './receiver.js'
import { connect } from './setup.js'

const clock = stillClock()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

test('after a server error it is sent again when its time has come', async () => {
  const receiver = await startReceiver(answers(500, {}, 'Oh no'))
  const { conversation, reply, settled, attempts } = await connect(server, receiver)
  await reply(await conversation())
  await receiver.arrival(1)
  const [waiting] = await eventually(async () => {
    const rows = await settled('PENDING')
    expect(rows[0]?.attemptCount).toBe(1)
    return rows
  })
  const wait = Number(waiting?.nextAttemptAt) - clock.now().getTime()
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(5_000)
  receiver.reply = accepted
  clock.advance(5_000)
  await receiver.arrival(2)
  await settled('DELIVERED')
  expect(await attempts()).toMatchObject([{ statusCode: 500, note: 'Oh no' }, { statusCode: 202 }])
})

test('a connection that is refused is a failure like any other', async () => {
  const receiver = await startReceiver()
  const { conversation, reply, attempts } = await connect(server, receiver, {
    webhookBaseUrl: 'http://127.0.0.1:1',
  })
  await reply(await conversation())
  await eventually(async () => {
    expect(await attempts()).toMatchObject([
      { statusCode: null, note: expect.stringContaining('ECONNREFUSED') },
    ])
  })
})

test('a wait that the receiver asks for is kept, whatever changes meanwhile', async () => {
  const receiver = await startReceiver(answers(429, { 'retry-after': '1800' }))
  const { conversation, reply, heard, settled } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  await receiver.arrival(1)
  const [before] = await eventually(async () => {
    const rows = await settled('PENDING')
    expect(Number(rows[0]?.nextAttemptAt)).toBeGreaterThan(clock.now().getTime() + 1_700_000)
    return rows
  })
  await reply(id)
  await heard()
  const [after] = await settled('PENDING')
  expect(after?.nextAttemptAt).toEqual(before?.nextAttemptAt)
  expect(Number(after?.lastPosition)).toBeGreaterThan(Number(before?.lastPosition))
  receiver.reply = accepted
  clock.advance(1_801_000)
  await receiver.arrival(2)
  await settled('DELIVERED')
})

test('what failed and what is newer become one, with the wait of what failed', async () => {
  let fail = () => {}
  const receiver = await startReceiver((_, response) => {
    fail = () => response.writeHead(503, { 'retry-after': '600' }).end()
  })
  const { conversation, reply, heard, settled } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  await receiver.arrival(1)
  await reply(id)
  await heard()
  const [first, newer] = await settled('IN_FLIGHT', 'PENDING')
  fail()
  const [one] = await settled('PENDING')
  expect(one).toMatchObject({
    id: first?.id,
    firstPosition: first?.firstPosition,
    lastPosition: newer?.lastPosition,
  })
  expect(Number(one?.nextAttemptAt)).toBeGreaterThan(clock.now().getTime() + 500_000)
})

test('a refused key stops everything until it is mended and resumed', async () => {
  const receiver = await startReceiver(answers(401, {}, 'The key "a webhook key" is wrong'))
  const { conversation, reply, resume, heard, fault, settled, attempts } = await connect(server, receiver)
  const ids = [await conversation(), await conversation()]
  await reply(ids[0] as string)
  await receiver.arrival(1)
  await eventually(async () => expect(await fault()).toMatch(/webhook secret/))
  await reply(ids[1] as string)
  await heard()
  await settled('PENDING', 'PENDING')
  expect(await attempts()).toMatchObject([{ statusCode: 401, note: 'The key "[key]" is wrong' }])
  receiver.reply = accepted
  await resume()
  await settled('DELIVERED', 'DELIVERED')
  expect(
    receiver.received
      .map(({ body }) => body.conversation_id)
      .slice(1)
      .sort(),
  ).toEqual(ids.sort())
  expect(await fault()).toBe(null)
})

test('what the receiver will never take is given up, and the next change is sent', async () => {
  const receiver = await startReceiver(answers(422))
  const { conversation, reply, settled } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  await settled('PARKED')
  receiver.reply = accepted
  await reply(id)
  await settled('PARKED', 'DELIVERED')
})

test('a redirect is not followed', async () => {
  const elsewhere = await startReceiver()
  const receiver = await startReceiver(answers(307, { location: elsewhere.url }))
  const { conversation, reply, fault } = await connect(server, receiver)
  await reply(await conversation())
  await eventually(async () => expect(await fault()).toMatch(/not followed/))
  expect(elsewhere.received).toEqual([])
})

test('of an endless answer only the beginning is read', async () => {
  const receiver = await startReceiver((_, response) => {
    response.writeHead(200)
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(1_024)));
    }
    response.on('drain', pour)
    pour()
  })
  const { conversation, reply, settled, attempts } = await connect(server, receiver)
  await reply(await conversation())
  await settled('DELIVERED')
  expect(await attempts()).toMatchObject([{ statusCode: 200, note: 'x'.repeat(500) }])
})

test('where private addresses are not allowed nothing is sent to one', async () => {
  const strict = await startTestServer({ allowPrivateWebhooks: false })
  try {
    const receiver = await startReceiver()
    const literal = await connect(strict, receiver)
    await literal.reply(await literal.conversation())
    await eventually(async () => expect(await literal.fault()).toMatch(/not a public address/))
    const named = await connect(strict, receiver, {
      webhookBaseUrl: receiver.url.replace('127.0.0.1', 'localhost'),
    })
    await named.reply(await named.conversation())
    await eventually(async () => expect(await named.fault()).toMatch(/localhost leads to/))
    expect(receiver.received).toEqual([])
  } finally {
    await strict.stop()
  }
})

test('an answer cut in the middle of an emoji is recorded, and holds nothing up', async () => {
  const receiver = await startReceiver(answers(500, {}, `${'a'.repeat(499)}😀 and more`))
  const { conversation, reply, settled, attempts } = await connect(server, receiver)
  await reply(await conversation())
  await receiver.arrival(1)
  await eventually(async () => expect(await attempts()).toMatchObject([{ statusCode: 500 }]))
  receiver.reply = accepted
  clock.advance(5_000)
  await receiver.arrival(2)
  await settled('DELIVERED')
})
