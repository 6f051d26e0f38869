import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { storedId } from '../../../src/ids.js'
import { certificate } from '../../file/certificate.js'
import { startFileServer } from '../../file/fileServer.js'
import { type FinClient, finClient, objectId } from '../../rest-adapter/finClient.js'
import { eventually } from '../../support/eventually.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { startReceiver } from '../../webhooks/receiver.js'
import { createWebhook } from '../../webhooks/webhookSetup.js'
import { editDesk } from './desk.js'

let server: TestServer
let desk: ReturnType<typeof editDesk>
let fin: FinClient
let inboxId: string

beforeAll(async () => {
  server = await startTestServer({ allowPrivateFiles: true, fileAuthority: certificate })
  desk = editDesk(server)
})
beforeEach(async () => {
  const staticToken = objectId() + objectId()
  inboxId = (await server.createFin({ staticToken })).inboxId
  fin = finClient(server, staticToken, 'posts')
})
afterAll(() => server.stop())

const secret = 'zanzibar'

/** Each column of each table in which the secret stands, as text, as JSON or as bytes. */
async function places(): Promise<string[]> {
  const { pool } = server.app.db
  await server.app.calls.flush()
  const { rows: columns } = await pool.query(
    `select c.table_name as name, c.column_name as column, c.data_type as type
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
        and c.data_type in ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')`,
  )
  expect(columns.length).toBeGreaterThan(50)
  const found: string[] = []
  for (const { name, column, type } of columns) {
    const text = type === 'bytea' ? `encode("${column}", 'escape')` : `"${column}"::text`
    const { rows } = await pool.query(`select 1 from "${name}" where ${text} ilike '%${secret}%' limit 1`)
    if (rows.length > 0) found.push(`${name}.${column}`)
  }
  return found.sort()
}

const bodies = `subscription { events {
  type conversation { preview messages(last: 5) { nodes { body text edits { body } } } }
  ... on MessageAdded { message { body text attachments { filename } } } } }`

test('after a redaction what was said stands in no column of any table, and nothing that is owed is lost', async () => {
  const files = await startFileServer((_, response) => response.end('zanzibar'))
  const receiver = await startReceiver((webhook, response) => response.writeHead(202).end(webhook.text))
  const webhook = await createWebhook(server, receiver, { subscription: bodies, variables: {} })
  const late = await startReceiver((_, response) => response.writeHead(503, { 'retry-after': '3600' }).end())
  const pending = await createWebhook(server, late, { subscription: bodies, variables: {} })

  // Through Fin's REST, with a title made from it, a file, and a value that cannot be read.
  const opening = {
    title: 'The Zanzibar order…',
    message: {
      object_id: objectId(),
      body: '<p>The Zanzibar order of mine</p>',
      created_at: 'zanzibar o’clock',
      attachments: [{ url: `${files.url}/zanzibar.pdf`, filename: 'zanzibar.pdf' }],
    },
    object_id: objectId(),
  }
  const { conversation, message: asked } = await fin.open(opening)
  const conversationId = conversation.id
  const file = await eventually(async () => {
    const [row] = await server.app.db.prisma.storedFile.findMany({
      where: { messageId: storedId('Message', asked.id) as string },
    })
    expect(row?.state).toBe('STORED')
    return row
  })
  const isThere = async () => {
    const content = await server.app.files.read(file?.id ?? '')
    content?.destroy()
    return content !== null
  }
  expect(await isThere()).toBe(true)

  // Through GraphQL, repeatable, then edited; and looked for.
  const reply = { conversationId, body: 'To Zanzibar, surely', idempotencyKey: objectId() }
  const { message } = await desk.change('replyToConversation', reply)
  const edit = { messageId: message.id, body: 'To Zanzibar City', idempotencyKey: objectId() }
  await desk.change('editMessage', edit)
  const { conversations } = await server.must(
    'query ($text: String!) { conversations(filter: { text: $text }) { nodes { id } } }',
    { text: secret },
  )
  expect(conversations.nodes).toHaveLength(1)
  const told = await server.app.db.prisma.event.count({
    where: { conversationId: storedId('Conversation', conversationId) },
  })
  expect(told).toBeGreaterThan(3)
  await eventually(async () => {
    const deliveries = await webhook.deliveries()
    expect(deliveries).toHaveLength(told)
    expect(deliveries.every(({ state }) => state === 'DELIVERED')).toBe(true)
    const waiting = await pending.deliveries()
    expect(waiting).toHaveLength(told)
    expect(waiting[0]?.attempts).toHaveLength(1)
  })
  expect(await places()).toEqual(
    expect.arrayContaining([
      'conversation.preview',
      'conversation.title',
      'delivery.body',
      'delivery_attempt.note',
      'integration_log.value',
      'message.body',
      'message.text',
      'message_edit.body',
      'message_edit.text',
      'stored_file.original_url',
    ]),
  )

  for (const { id } of [asked, message]) {
    const redacted = await desk.change('redactMessage', { messageId: id })
    expect(redacted.message).toMatchObject({ body: null, text: '', attachments: [] })
    expect(redacted.message.redactedAt).not.toBeNull()
    expect(redacted.conversation.title).toBeNull()
  }
  const forgotten = async () => {
    const deliveries = await webhook.deliveries()
    expect(deliveries).toHaveLength(told + 3)
    expect(await pending.deliveries()).toHaveLength(told + 3)
    expect(deliveries.every(({ state }) => state === 'DELIVERED')).toBe(true)
    expect(await isThere()).toBe(false)
    expect(await places()).toEqual([])
  }
  await vi.waitFor(forgotten, { timeout: 60_000, interval: 100 })

  // The facts stay.
  const events = await desk.eventsOf(conversationId)
  expect(events.filter(({ type }) => type === 'MESSAGE_REDACTED')).toHaveLength(2)
  const history = (await desk.shown(conversationId)).messages.nodes[1].edits
  expect(history.map(({ kind }: { kind: string }) => kind)).toEqual(['EDITED', 'REDACTED'])
  const { rows: hashes } = await server.app.db.pool.query(
    `select length(input_hash) as length from idempotency_key where key = any($1)`,
    [[reply.idempotencyKey, edit.idempotencyKey]],
  )
  expect(hashes).toEqual([{ length: 0 }, { length: 0 }])
  const { rows: short } = await server.app.db.pool.query(
    'select input_hash from message where conversation_id = $1 union all select input_hash from conversation where id = $1',
    [storedId('Conversation', conversationId)],
  )
  expect(short.every(({ input_hash }) => input_hash === null)).toBe(true)

  // A repeat is still answered with the first, and brings nothing back.
  const again = await desk.change('replyToConversation', reply)
  expect(again.message).toMatchObject({ id: message.id, text: '' })
  expect((await desk.change('editMessage', edit)).message).toMatchObject({ id: message.id, text: '' })
  const reopened = await fin.open(opening)
  expect(reopened.conversation.id).toBe(conversationId)
  expect(await places()).toEqual([])

  // What waits goes out, with its facts and without the text.
  late.reply = (_, response) => response.writeHead(202).end('{}')
  const before = late.received.length
  for (const { id } of await pending.deliveries()) {
    await server.app.db.pool.query('update listener set held_until = null, probe_at = null, failures = 0')
    await server.app.db.pool.query('update delivery set next_attempt_at = now() where id = $1', [id])
  }
  await eventually(async () => {
    expect((await pending.deliveries()).every(({ state }) => state === 'DELIVERED')).toBe(true)
  })
  const sent = late.received.slice(before)
  const [first] = sent
  expect(first?.body).toMatchObject({ type: 'CONVERSATION_OPENED', data: null })
  expect(sent.map(({ body }) => body.type)).toContain('MESSAGE_REDACTED')
  expect(sent.findLast(({ body }) => body.type === 'MESSAGE_REDACTED')?.body.data.events.type).toBe(
    'MESSAGE_REDACTED',
  )
  expect(sent.some(({ text }) => text.toLowerCase().includes(secret))).toBe(false)
}, 120_000)

test.each([
  ['Order 7', 'Where is it?'],
  ['Invoice not paid', 'No'],
  ['My 4711', '471'],
])('a title of its own stays: %s, of %s', async (title, body) => {
  const { conversation, message } = await fin.open({ title, message: { body } })
  const redacted = await desk.change('redactMessage', { messageId: message.id })
  expect(redacted.conversation).toMatchObject({ id: conversation.id, title, preview: null })
})

test.each([
  ['Where is…', 'Where is my order?'],
  ['PIN 4711, he says', '4711'],
  ['暗証番号は四七一一です', '四七一一'],
])('a title that was made from it goes: %s, of %s', async (title, body) => {
  const { message } = await fin.open({ title, message: { body } })
  const redacted = await desk.change('redactMessage', { messageId: message.id })
  expect(redacted.conversation.title).toBeNull()
})

test('no call that drafted it, or held it back, can be asked any more what it said', async () => {
  const conversationId = await server.conversation(inboxId)
  const call = (name: string, input: object, shown: string) => {
    const title = `${name[0]?.toUpperCase()}${name.slice(1)}`
    return server.must(
      `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on ${title}Payload { ${shown} } ... on Error { code } } }`,
      { input },
    )
  }
  const drafting = { conversationId, visibility: 'PUBLIC', body: 'Zanzibar', idempotencyKey: objectId() }
  const holding = { conversationId, body: 'Zanzibar', seconds: 60, idempotencyKey: objectId() }
  await call('saveDraft', drafting, 'conversation { id }')
  const { holdReply } = await call('holdReply', holding, 'heldReply { id }')
  const { sendHeldReply } = await call(
    'sendHeldReply',
    { heldReplyId: holdReply.heldReply.id },
    'heldReply { message { id } }',
  )
  await expect(call('saveDraft', { ...drafting, body: 'Timbuktu' }, 'conversation { id }')).rejects.toThrow(
    'IDEMPOTENCY_KEY_REUSED',
  )
  await desk.change('redactMessage', { messageId: sendHeldReply.heldReply.message.id })
  for (const body of ['Zanzibar', 'Timbuktu']) {
    await call('saveDraft', { ...drafting, body }, 'conversation { id }')
    await call('holdReply', { ...holding, body }, 'heldReply { id }')
  }
})

test('only an admin redacts, a repeat records nothing more, and what was deleted loses its history too', async () => {
  const id = await server.conversation(inboxId)
  const ann = (await server.agent('Ann', [inboxId])).token
  const messageId = await desk.say(id, 'Hush', ann)
  expect(await desk.change('redactMessage', { messageId }, ann)).toMatchObject({ code: 'FORBIDDEN' })
  await desk.change('deleteMessage', { messageId }, ann)
  await desk.change('redactMessage', { messageId })
  const { message } = await desk.change('redactMessage', { messageId })
  expect(message.edits.map(({ kind, text }: { kind: string; text: string }) => [kind, text])).toEqual([
    ['DELETED', ''],
    ['REDACTED', ''],
  ])
  expect((await desk.eventsOf(id)).map(({ type }) => type)).toEqual(['MESSAGE_DELETED', 'MESSAGE_REDACTED'])
})

test('what a receiver answers only after a redaction is forgotten as well', async () => {
  const waiting: (() => void)[] = []
  // What comes before it is answered at once: of a conversation one is sent at a time.
  const receiver = await startReceiver((webhook, response) => {
    const answer = () => response.writeHead(202).end(webhook.text)
    if (webhook.text.includes('Zanzibar')) waiting.push(answer)
    else answer()
  })
  const webhook = await createWebhook(server, receiver, { subscription: bodies, variables: {} })
  const conversationId = await server.conversation(inboxId)
  const { message } = await desk.change('replyToConversation', { conversationId, body: 'Zanzibar it is' })
  await eventually(() => expect(waiting).not.toHaveLength(0))
  await desk.change('redactMessage', { messageId: message.id })
  const answerAll = () => {
    for (const answer of waiting.splice(0)) answer()
  }
  const forgotten = async () => {
    answerAll()
    const deliveries = await webhook.deliveries()
    expect(deliveries.every(({ state }) => state === 'DELIVERED')).toBe(true)
    expect(await places()).toEqual([])
  }
  await vi.waitFor(forgotten, { timeout: 60_000, interval: 100 })
}, 120_000)
