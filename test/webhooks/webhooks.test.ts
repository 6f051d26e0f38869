import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stillClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, type Webhook as Received, startReceiver } from './receiver.js'
import { createWebhook, messages, messagesOnly, say } from './webhookSetup.js'

const clock = stillClock()
let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer({ clock })
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const texts = (received: Received[]) => received.map(({ body }) => body.data.events.message.text)

test('each event is sent as the receiver asked for it, signed as Standard Webhooks says', async () => {
  const receiver = await startReceiver()
  const { secret, settled } = await createWebhook(server, receiver, { url: `${receiver.url}/hooks?tenant=7` })
  const id = await server.conversation(inboxId, 'Where is my parcel?')
  const { path, headers, body, text } = await receiver.arrival(1)
  const { schemaVersion } = await server.must('{ schemaVersion }')
  expect(body).toEqual({
    type: 'MESSAGE_ADDED',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    schemaVersion,
    data: {
      events: {
        type: 'MESSAGE_ADDED',
        conversation: { id },
        message: { text: 'Where is my parcel?' },
      },
    },
  })
  expect(path).toBe('/hooks?tenant=7')
  expect(new Webhook(secret).verify(text, headers as Record<string, string>)).toEqual(body)
  expect(() => new Webhook(secret).verify(`${text} `, headers as Record<string, string>)).toThrow()
  const [delivery] = await settled('DELIVERED')
  expect(delivery).toMatchObject({ eventType: 'MESSAGE_ADDED', attempts: [{ statusCode: 202, note: '{}' }] })
})

test('what happens first in an inbox that was made just now is sent too', async () => {
  const receiver = await startReceiver()
  const { settled } = await createWebhook(server, receiver)
  await server.conversation(inboxId, 'one')
  await settled('DELIVERED')
  await server.conversation(await server.inbox('New'), 'two')
  await settled('DELIVERED', 'DELIVERED')
  expect(texts(receiver.received)).toEqual(['one', 'two'])
})

test('a given secret signs; one that replaces it signs beside it until the overlap ends', async () => {
  const receiver = await startReceiver()
  const first = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
  const second = `whsec_${Buffer.alloc(64, 2).toString('base64')}`
  const webhook = await createWebhook(server, receiver, { secret: first })
  expect(webhook.secret).toBe(first)
  const verified = async (count: number) => {
    const { headers, text } = await receiver.arrival(count)
    const fits = (secret: string) => {
      try {
        new Webhook(secret).verify(text, headers as Record<string, string>)
        return true
      } catch (error) {
        // The clock of this test runs ahead of the library's.
        return /timestamp/.test((error as Error).message) ? 'in its time' : false
      }
    }
    return [fits(first), fits(second)]
  }
  const id = await server.conversation(inboxId)
  expect(await verified(1)).toEqual([true, false])
  await webhook.act('rotateWebhookSecret', { secret: second, overlapHours: 2 })
  await say(server, id, 'one')
  expect(await verified(2)).toEqual([true, true])
  clock.advance(3 * 3_600_000)
  await say(server, id, 'two')
  const { headers } = await receiver.arrival(3)
  expect(String(headers['webhook-signature']).split(' ')).toHaveLength(1)
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
  const { text } = await receiver.arrival(3)
  expect(new Webhook(second).sign(String(headers['webhook-id']), at, text)).toBe(headers['webhook-signature'])
})

test('what fails is sent again under the same id, and what comes later about the same waits behind it', async () => {
  const receiver = await startReceiver(answers(500))
  const { settled } = await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, 'one')
  await receiver.arrival(1)
  await say(server, id, 'two')
  await say(server, id, 'three')
  const other = await server.conversation(inboxId, 'elsewhere')
  await receiver.arrival(2)
  await settled('PENDING', 'QUEUED', 'QUEUED', 'PENDING')
  receiver.reply = accepted
  clock.advance(5_000)
  const [first] = await settled('DELIVERED', 'DELIVERED', 'DELIVERED', 'DELIVERED')
  const of = (conversationId: string) =>
    receiver.received.filter(({ body }) => body.data.events.conversation.id === conversationId)
  expect(texts(of(id))).toEqual(['one', 'one', 'two', 'three'])
  expect(texts(of(other))).toEqual(['elsewhere', 'elsewhere'])
  expect(new Set(of(id).map(({ headers }) => headers['webhook-id'])).size).toBe(3)
  expect(of(id)[0]?.headers['webhook-id']).toBe(of(id)[1]?.headers['webhook-id'])
  expect(first?.attempts).toMatchObject([{ statusCode: 500 }, { statusCode: 202 }])
})

test('about one conversation never two are under way, and they come in the order of its changes', async () => {
  let underWay = 0
  let most = 0
  const receiver = await startReceiver((_, response) => {
    most = Math.max(most, ++underWay)
    setImmediate(() => {
      underWay--
      response.writeHead(200).end()
    })
  })
  const { deliveries } = await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, '0')
  await Promise.all(Array.from({ length: 20 }, (_, index) => say(server, id, `${index + 1}`)))
  await receiver.arrival(21)
  const { conversation } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { messages(first: 100) { nodes { text } } } }',
    { id },
  )
  const said = conversation.messages.nodes.map(({ text }: { text: string }) => text)
  expect(texts(receiver.received)).toEqual(said)
  expect(most).toBe(1)
  await eventually(async () => {
    expect((await deliveries()).map(({ state }) => state)).toEqual(Array(21).fill('DELIVERED'))
  })
})

test('what will never be taken is given up, and the next goes out', async () => {
  const receiver = await startReceiver(answers(422))
  const { settled } = await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, 'one')
  await settled('PARKED')
  receiver.reply = accepted
  await say(server, id, 'two')
  await settled('PARKED', 'DELIVERED')
})

test('a pause keeps what happens for later', async () => {
  const receiver = await startReceiver()
  const { act, settled } = await createWebhook(server, receiver)
  await act('pauseWebhook')
  const id = await server.conversation(inboxId, 'one')
  await say(server, id, 'two')
  await settled('PENDING', 'QUEUED')
  await act('resumeWebhook')
  await settled('DELIVERED', 'DELIVERED')
  expect(texts(receiver.received)).toEqual(['one', 'two'])
})

test('an address that is gone stops it and tells the admins once; mended and resumed it goes on', async () => {
  const receiver = await startReceiver(answers(410))
  const { act, shown, notices, settled } = await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, 'one')
  await eventually(async () =>
    expect((await shown()).fault).toMatch(/nothing at this address.*updateWebhook/),
  )
  await say(server, id, 'two')
  await settled('PENDING', 'QUEUED')
  expect(await notices()).toMatchObject([
    { kind: 'WEBHOOK_STOPPED', detail: expect.stringContaining('status 410') },
  ])
  const elsewhere = await startReceiver()
  await act('updateWebhook', { url: elsewhere.url })
  await act('resumeWebhook')
  await settled('DELIVERED', 'DELIVERED')
  expect(texts(elsewhere.received)).toEqual(['one', 'two'])
})

test('what happens after a change of its document was answered is shown by the new one, and nothing is missed', async () => {
  const receiver = await startReceiver()
  const { act, settled } = await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, 'one')
  await settled('DELIVERED')
  await act('updateWebhook', {
    subscription: messages.replace('message { text }', 'message { seq }'),
    variables: { types: ['MESSAGE_ADDED', 'PRIORITY_CHANGED'] },
  })
  await server.must(
    'mutation ($id: ID!) { updateConversation(input: { conversationId: $id, priority: HIGH }) { __typename } }',
    { id },
  )
  await say(server, id, 'two')
  await settled('DELIVERED', 'DELIVERED', 'DELIVERED')
  const [, priority, message] = receiver.received.map(({ body }) => body.data.events)
  expect(priority.type).toBe('PRIORITY_CHANGED')
  expect(message.message).toEqual({ seq: 2 })
})

test('an answer from before the mend does not stop it again', async () => {
  let answer = () => {}
  const gone = await startReceiver((_, response) => {
    answer = () => response.writeHead(404).end()
  })
  const { act, shown, settled } = await createWebhook(server, gone)
  await server.conversation(inboxId, 'one')
  await gone.arrival(1)
  const receiver = await startReceiver()
  await act('updateWebhook', { url: receiver.url })
  await act('resumeWebhook')
  answer()
  await settled('DELIVERED')
  expect(await shown()).toMatchObject({ fault: null })
  expect(texts(receiver.received)).toEqual(['one'])
})

test('an answer that is too large is told, and the next event is sent', async () => {
  const receiver = await startReceiver()
  const many = Array.from({ length: 12 }, (_, index) => `m${index}: message { text }`).join(' ')
  const subscription = `subscription { events(filter: { types: [MESSAGE_ADDED] }) { ... on MessageAdded { ${many} message { text } } } }`
  const { settled } = await createWebhook(server, receiver, { subscription, variables: {} })
  const id = await server.conversation(inboxId, 'x'.repeat(90_000))
  await say(server, id, 'short')
  await settled('DELIVERED', 'DELIVERED')
  const [first, second] = receiver.received.map(({ body }) => body)
  expect(first).toMatchObject({
    data: null,
    errors: [{ message: expect.stringMatching(/at|more than 1000000/) }],
  })
  expect(second.data.events.message.text).toBe('short')
})

test('another document is what it gets from then on', async () => {
  const receiver = await startReceiver()
  const { act, settled } = await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, 'one')
  await settled('DELIVERED')
  await act('updateWebhook', { subscription: messages.replace('message { text }', 'message { seq }') })
  for (const text of ['two', 'three']) await say(server, id, text)
  await settled('DELIVERED', 'DELIVERED', 'DELIVERED')
  expect(receiver.received.map(({ body }) => body.data.events.message)).toEqual([
    { text: 'one' },
    { seq: 2 },
    { seq: 3 },
  ])
})

test('an archived webhook is sent nothing more, and what was not sent is given up', async () => {
  const receiver = await startReceiver(answers(500))
  const { id: webhook, act, shown, settled } = await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, 'one')
  await receiver.arrival(1)
  await say(server, id, 'two')
  await settled('PENDING', 'QUEUED')
  await act('archiveWebhook')
  await settled('PARKED', 'PARKED')
  expect((await shown()).archivedAt).not.toBe(null)
  expect((await server.must('{ webhooks { id } }')).webhooks).not.toContainEqual({ id: webhook })
})

test('a sample comes at once, under a type of its own', async () => {
  const receiver = await startReceiver()
  const { act, settled } = await createWebhook(server, receiver, { variables: messagesOnly })
  await server.conversation(inboxId, 'something real')
  await settled('DELIVERED')
  expect(await act('testWebhook')).toMatchObject({ __typename: 'TestWebhookPayload' })
  const { body } = await receiver.arrival(2)
  expect(body).toMatchObject({
    type: 'TEST',
    data: { events: { type: 'MESSAGE_ADDED', message: { text: 'something real' } } },
  })
  await act('updateWebhook', { variables: { types: [] } })
  await act('testWebhook', { idempotencyKey: 'once' })
  await act('testWebhook', { idempotencyKey: 'once' })
  expect((await receiver.arrival(3)).body).toMatchObject({ type: 'TEST', data: null })
  await settled('DELIVERED', 'DELIVERED', 'DELIVERED')
})
