import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { forgetUploads } from '../../src/file/forget.js'
import { storedId } from '../../src/ids.js'
import { movableClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { patiently } from '../support/patiently.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { announce, png, put, reply, upload } from './upload.js'

// Uploaded files in what is not sent yet: drafts, and replies that are held.
const clock = movableClock()
let server: TestServer
let inboxId: string
let conversationId: string
let ann: { id: string; token: string }

beforeAll(async () => {
  server = await startTestServer({ clock })
  inboxId = await server.inbox()
  ann = await server.agent('Ann', [inboxId])
})
beforeEach(async () => {
  conversationId = await server.conversation(inboxId)
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

const picture = { content: png, contentType: 'image/png', filename: 'a.png' }
const files = 'attachments { url fileId filename contentType size }'

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Answer = any

async function call(name: string, input: object, shown: string): Promise<Answer> {
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const { data, errors } = await server.graphql(
    `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on ${title}Payload { ${shown} }
      ... on ValidationError { field } ... on Error { code reason: message } } }`,
    { input },
    ann.token,
  )
  if (errors) throw new Error(JSON.stringify(errors))
  return data[name]
}

const save = (attachments: object[]) =>
  call(
    'saveDraft',
    { conversationId, visibility: 'PUBLIC', body: 'See this', attachments },
    `conversation { drafts { ${files} failure } }`,
  )
const hold = (attachments: object[]) =>
  call('holdReply', { conversationId, body: 'See this', attachments }, `heldReply { id ${files} }`)

test('a draft shows what its files are, and opens them', async () => {
  const file = await upload(server, picture, ann.token)
  const { conversation } = await save([{ fileId: file.id }])
  const [attachment] = conversation.drafts[0].attachments
  expect(attachment).toMatchObject({
    fileId: file.id,
    filename: 'a.png',
    contentType: 'image/png',
    size: png.length,
  })
  expect((await fetch(attachment.url)).status).toBe(200)
})

test.each([
  ['a draft', save],
  ['a held reply', hold],
])('%s takes no file of another’s, nor one that stands elsewhere', async (_, keep) => {
  const elsewhere = await server.inbox()
  const eve = await server.agent('Eve', [elsewhere])
  const theirs = await upload(server, picture, eve.token)
  expect(await keep([{ fileId: theirs.id }])).toMatchObject({ code: 'NOT_FOUND' })
  await reply(server, await server.conversation(elsewhere), [{ fileId: theirs.id }], { as: eve.token })
  expect(await keep([{ fileId: theirs.id }])).toMatchObject({ code: 'NOT_FOUND' })
  const sent = await upload(server, picture, ann.token)
  await reply(server, conversationId, [{ fileId: sent.id }], { as: ann.token })
  expect(await keep([{ fileId: sent.id }])).toMatchObject({ code: 'INVALID', field: 'attachments.0.fileId' })
})

test('a file whose content is on its way may stand in a draft, not in a held reply', async () => {
  const { file } = await announce(server, { contentType: 'image/png', size: png.length }, ann.token)
  expect((await save([{ fileId: file.id }])).conversation.drafts).toHaveLength(1)
  expect(await hold([{ fileId: file.id }])).toMatchObject({
    code: 'INVALID',
    field: 'attachments.0.fileId',
  })
  await put(file.uploadUrl, png)
  expect((await hold([{ fileId: file.id }])).heldReply.attachments).toMatchObject([{ size: png.length }])
})

test('a draft keeps its file for as long as it is there, and can be sent with it', async () => {
  const file = await upload(server, picture, ann.token)
  await save([{ fileId: file.id }])
  clock.advance(3 * 24 * 60 * 60_000)
  await forgetUploads(server.app.db, server.app.files)
  const again = await save([{ fileId: file.id, filename: 'Invoice.png' }])
  expect(again.conversation.drafts[0].attachments).toMatchObject([{ filename: 'Invoice.png' }])
  const message = await reply(
    server,
    conversationId,
    [{ fileId: file.id, filename: '../In\u202evoice.png' }],
    {
      as: ann.token,
    },
  )
  const opened = await fetch(message.attachments[0].url)
  expect(opened.headers.get('content-disposition')).toContain(`''Invoice.png`)
})

test('a draft that is saved waits for its file before it holds itself: a reply that sends both goes the same way', async () => {
  const file = await upload(server, picture, ann.token)
  await save([{ fileId: file.id }])
  const sender = new pg.Client({ connectionString: server.databaseUrl })
  await sender.connect()
  await sender.query('begin')
  await sender.query('select 1 from uploaded_file where id = $1 for update', [
    storedId('UploadedFile', file.id),
  ])
  const { saving } = await patiently(server, async () => {
    const saving = save([{ fileId: file.id }])
    await eventually(async () => {
      const { rows } = await server.app.db.pool.query(
        `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%uploaded_file%'
            and datname = current_database()`,
      )
      expect(rows).toHaveLength(1)
    })
    return { saving }
  })
  const draft = 'select 1 from draft where conversation_id = $1 for update nowait'
  expect((await sender.query(draft, [storedId('Conversation', conversationId)])).rowCount).toBe(1)
  await sender.query('commit')
  await sender.end()
  expect((await saving).__typename).toBe('SaveDraftPayload')
})

test('a file that was taken out of a draft is forgotten', async () => {
  const file = await upload(server, picture, ann.token)
  await save([{ fileId: file.id }])
  clock.advance(26 * 60 * 60_000)
  await save([])
  expect(await save([{ fileId: file.id }])).toMatchObject({ code: 'NOT_FOUND' })
  await forgetUploads(server.app.db, server.app.files)
  expect((await server.must('query ($id: ID!) { node(id: $id) { id } }', { id: file.id })).node).toBeNull()
})

test('a file goes with a held reply from the draft it stood in', async () => {
  const file = await upload(server, picture, ann.token)
  await save([{ fileId: file.id }])
  clock.advance(26 * 60 * 60_000)
  const { heldReply } = await hold([{ fileId: file.id }])
  await forgetUploads(server.app.db, server.app.files)
  clock.advance(60_000)
  await eventually(async () => {
    const { node } = await server.must(
      `query ($id: ID!) { node(id: $id) { ... on HeldReply { state message { ${files} } } } }`,
      { id: heldReply.id },
      ann.token,
    )
    expect(node).toMatchObject({ state: 'SENT', message: { attachments: [{ fileId: file.id }] } })
  })
})

test('what a deleted message had beside it is opened from its history only', async () => {
  const file = await upload(server, picture, ann.token)
  const sent = await reply(server, conversationId, [{ fileId: file.id }], { as: ann.token })
  const { message } = await call('deleteMessage', { messageId: sent.id }, `message { edits { ${files} } }`)
  expect((await fetch(sent.attachments[0].url)).status).toBe(404)
  expect((await fetch(message.edits[0].attachments[0].url)).status).toBe(200)
})
