import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchToken, finClient } from '../rest-adapter/finClient.js'
import { movableClock } from '../support/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { compound, shortcut, utf16 } from './content.js'
import { announce, attachmentsOf, png, put, reply, upload } from './upload.js'

const clock = movableClock()
let server: TestServer
let conversationId: string
let inboxId: string
let token: string

beforeAll(async () => {
  server = await startTestServer({
    clock,
    publicUrl: 'https://helpdesk.example.com',
    uploadLimits: { largest: 1_000_000, types: [] },
  })
  inboxId = await server.inbox()
  conversationId = await server.conversation(inboxId)
  token = (await server.agent('Ada', [inboxId])).token
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

/** A public address is another one than the server's own here. */
const here = (url: string) => url.replace('https://helpdesk.example.com', server.url)
const send = (url: string, content: Uint8Array, headers?: Record<string, string>) =>
  put(here(url), content, headers)
async function uploaded(given: Partial<Parameters<typeof upload>[1]> = {}, as = token) {
  const { content = png, contentType = 'image/png', filename = 'a file' } = given
  const { file } = await announce(server, { filename, contentType, size: content.length }, as)
  expect((await send(file.uploadUrl, content)).status).toBe(204)
  return file.id as string
}

test.each([
  ['no name', { filename: ' /tmp/ ' }, 'filename'],
  ['no type', { contentType: 'picture' }, 'contentType'],
  ['a program', { contentType: 'application/x-msdownload' }, 'contentType'],
  ['nothing in it', { size: 0 }, 'size'],
  ['too much in it', { size: 1_000_001 }, 'size'],
])('a file is not taken that has %s', async (_, given, field) => {
  const refused = await announce(server, { contentType: 'image/png', size: 10, ...given })
  expect(refused).toEqual({ __typename: 'ValidationError', field, code: 'INVALID' })
})

test('an installation may take some types only', async () => {
  const strict = await startTestServer({ uploadLimits: { largest: 100, types: ['image/*', 'text/plain'] } })
  const answer = async (contentType: string) => (await announce(strict, { contentType, size: 10 })).__typename
  expect(await answer('image/webp')).toBe('CreateUploadPayload')
  expect(await answer('text/plain; charset=utf-8')).toBe('CreateUploadPayload')
  expect(await answer('text/html')).toBe('ValidationError')
  expect(await answer('imagery/png')).toBe('ValidationError')
  expect(await answer('image/svg+xml')).toBe('ValidationError')
  const made = await announce(strict, { contentType: 'image/x-anything', size: html.length })
  expect((await put(made.file.uploadUrl, html)).status).toBe(415)
  await strict.stop()
})

test('a repeat gives the same file, with an address that takes its content', async () => {
  const input = { contentType: 'image/png', size: png.length, idempotencyKey: 'the same' }
  const [first, again] = [await announce(server, input), await announce(server, input)]
  expect(again.file.id).toBe(first.file.id)
  expect((await send(again.file.uploadUrl, png)).status).toBe(204)
})

const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)])
const html = Buffer.from('<!doctype html><script>alert(1)</script>')
const zip = Buffer.from('504b0304140000000000000000000000000000000000000000000100000061', 'hex')

test.each([
  ['a page that is called an image', 'image/png', html],
  ['an image of another kind', 'image/jpeg', png],
  ['an image that is called a text', 'text/plain', png],
  ['a program that is called a text', 'text/plain', program],
  ['a program that is called anything', 'application/octet-stream', program],
  ['a text that is called a PDF', 'application/pdf', Buffer.from('no PDF at all')],
  ['an installer that is called anything', 'application/octet-stream', compound],
  ['a shortcut that is called anything', 'application/octet-stream', shortcut],
])('content is not taken that is %s', async (_, contentType, content) => {
  const { file } = await announce(server, { contentType, size: content.length }, token)
  expect((await send(file.uploadUrl, content)).status).toBe(415)
  expect(await reply(server, conversationId, [{ fileId: file.id }], { as: token })).toMatchObject({
    __typename: 'ValidationError',
    field: 'attachments.0.fileId',
  })
})

test.each([
  ['a text', 'text/csv', Buffer.from('a,b\n1,2\n')],
  ['a page', 'text/html', html],
  [
    'an office document, which is an archive',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    zip,
  ],
  ['what nobody knows', 'application/x-of-our-own', Buffer.from([1, 2, 3])],
  ['an old document', 'application/msword', compound],
  ['a page in UTF-16', 'text/html', utf16('<script>alert(1)</script>')],
  ['a page of XML', 'text/html', Buffer.from('<?xml version="1.0"?><html/>')],
  ['a drawing with a script', 'image/svg+xml', Buffer.from('<svg onload="alert(1)"/>')],
])('content is taken that is %s, and is only to be saved', async (_, contentType, content) => {
  const id = await uploaded({ content, contentType })
  const { attachments } = await reply(server, conversationId, [{ fileId: id }], { as: token })
  const opened = await fetch(here(attachments[0].url))
  expect(opened.headers.get('content-type')).toContain(contentType)
  expect(opened.headers.get('content-disposition')).toMatch(/^attachment;/)
  expect(opened.headers.get('x-content-type-options')).toBe('nosniff')
})

test('what is sent has the length and type that were announced', async () => {
  const { file } = await announce(server, { contentType: 'image/png', size: png.length })
  const status = async (content: Uint8Array, headers = {}) =>
    (await send(file.uploadUrl, content, headers)).status
  expect(await status(png.subarray(1))).toBe(400)
  expect(await status(Buffer.concat([png, png]))).toBe(413)
  expect(await status(png, { 'content-type': 'image/gif' })).toBe(415)
  expect(await status(png, { 'content-encoding': 'gzip' })).toBe(415)
  const inPieces = await new Promise((resolve, reject) => {
    const request = httpRequest(here(file.uploadUrl), { method: 'PUT' }, ({ statusCode }) =>
      resolve(statusCode),
    )
    request.on('error', reject).write(png)
    request.end()
  })
  expect(inPieces).toBe(411)
  expect(await status(png, { 'content-type': 'image/png' })).toBe(204)
})

test('a link takes the content of one file, for an hour, and does not open it', async () => {
  const [one, other] = [
    (await announce(server, { contentType: 'image/png', size: png.length })).file,
    (await announce(server, { contentType: 'image/png', size: png.length })).file,
  ]
  const { search } = new URL(one.uploadUrl)
  expect((await send(other.uploadUrl.replace(/\?.*/, search), png)).status).toBe(404)
  expect((await send(one.uploadUrl.replace(/\?.*/, ''), png)).status).toBe(404)
  expect((await send(one.uploadUrl.replace(/expires=\d/, 'expires=9'), png)).status).toBe(404)
  expect((await send(one.uploadUrl.replace(/upload_\w+/, 'upload_nothing'), png)).status).toBe(404)
  expect((await fetch(here(one.uploadUrl), { method: 'POST' })).status).toBe(405)
  expect((await send(one.uploadUrl, png)).status).toBe(204)
  expect((await fetch(here(one.uploadUrl))).status).toBe(404)
  const { node } = await server.must(`query ($id: ID!) { node(id: $id) { ... on UploadedFile { url } } }`, {
    id: one.id,
  })
  expect((await send(node.url, png)).status).toBe(404)
  clock.advance(61 * 60_000)
  expect((await send(other.uploadUrl, png)).status).toBe(410)
})

test('an attachment has an address or a file, not both nor neither', async () => {
  const fileId = await uploaded()
  const url = 'https://files.example.com/a.png'
  for (const attachment of [{ fileId, url }, {}, { filename: 'a.png' }])
    expect(await reply(server, conversationId, [attachment], { as: token })).toMatchObject({
      __typename: 'ValidationError',
      field: 'attachments.0.url',
    })
  const message = await reply(server, conversationId, [{ url }, { fileId, filename: 'Mine.png' }], {
    as: token,
  })
  expect(message.attachments).toMatchObject([
    { url, fileId: null, size: null, contentType: null },
    { fileId, filename: 'Mine.png', size: png.length },
  ])
})

test('a file is attached once, by whoever uploaded it, when it is whole', async () => {
  const fileId = await uploaded()
  const attach = (attachments: object[], as = token) => reply(server, conversationId, attachments, { as })
  expect(await attach([{ fileId }], server.token)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await attach([{ fileId: 'upload_nothing' }])).toMatchObject({ code: 'NOT_FOUND' })
  expect(await attach([{ fileId }, { fileId }])).toMatchObject({ field: 'attachments.1.fileId' })
  const { file } = await announce(server, { contentType: 'image/png', size: 9 }, token)
  expect(await attach([{ fileId }, { fileId: file.id }])).toMatchObject({ field: 'attachments.1.fileId' })
  const both = await Promise.all([attach([{ fileId }]), attach([{ fileId }])])
  expect(both.filter(({ attachments }) => attachments)).toHaveLength(1)
  expect(both.find(({ field }) => field)).toMatchObject({ field: 'attachments.0.fileId' })
})

test('a repeated reply shows the first, with its file', async () => {
  const fileId = await uploaded()
  const given = { as: token, idempotencyKey: 'with a file' }
  const first = await reply(server, conversationId, [{ fileId }], given)
  const again = await reply(server, conversationId, [{ fileId }], given)
  expect(again.id).toBe(first.id)
  expect(again.attachments[0].fileId).toBe(fileId)
})

test('what is written for an end-user may have files too, and opens a conversation', async () => {
  const [opening, next] = [await uploaded(), await uploaded()]
  const { openConversation } = await server.must(
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) { __typename
      ... on OpenConversationPayload { conversation { id preview } message { attachments { fileId } } } ... on Error { code } } }`,
    { input: { inboxId, endUser: { name: 'Eve' }, message: { attachments: [{ fileId: opening }] } } },
    token,
  )
  expect(openConversation).toMatchObject({
    conversation: { preview: 'a file' },
    message: { attachments: [{ fileId: opening }] },
  })
  const { receiveMessage } = await server.must(
    `mutation ($input: ReceiveMessageInput!) { receiveMessage(input: $input) { __typename
      ... on ReceiveMessagePayload { message { attachments { fileId } } } ... on Error { code } } }`,
    {
      input: {
        conversationId: openConversation.conversation.id,
        message: { attachments: [{ fileId: next }] },
      },
    },
    token,
  )
  expect(receiveMessage.message.attachments).toEqual([{ fileId: next }])
})

test('a file is seen by who uploaded it, then by all who see its message', async () => {
  const stranger = (await server.agent('Stranger', [await server.inbox('Elsewhere')])).token
  const colleague = (await server.agent('Colleague', [inboxId])).token
  const fileId = await uploaded()
  const seen = async (as: string | null) =>
    (await server.graphql('query ($id: ID!) { node(id: $id) { id } }', { id: fileId }, as)).data.node?.id
  expect(await seen(token)).toBe(fileId)
  for (const other of [stranger, colleague, server.token, null]) expect(await seen(other)).toBeUndefined()
  const { id } = await reply(server, conversationId, [{ fileId }], { as: token, note: true })
  for (const one of [token, colleague, server.token]) expect(await seen(one)).toBe(fileId)
  for (const other of [stranger, null]) expect(await seen(other)).toBeUndefined()
  expect(await attachmentsOf(server, id, colleague)).toHaveLength(1)
  expect(await attachmentsOf(server, id, stranger)).toBeNull()
})

test('Fin reads a reply’s file by an https link, and nothing of a note’s', async () => {
  const fin = await server.createFin({ inboxId, sendsNotes: false })
  const client = finClient(server, await fetchToken(server, fin), 'rest')
  const [shown, hidden] = [await uploaded({ filename: 'a.png' }), await uploaded()]
  const conversation_id = await server.conversation(inboxId)
  await reply(server, conversation_id, [{ fileId: shown }], { as: token, body: 'See here' })
  await reply(server, conversation_id, [{ fileId: hidden }], { as: token, note: true })
  const messages = await client.call('getMessages', { conversation_id })
  const [attachment, ...others] = messages.flatMap(
    ({ attachments }: { attachments: object[] }) => attachments,
  )
  expect(others).toEqual([])
  expect(attachment).toMatchObject({ filename: 'a.png', filetype: 'image/png' })
  expect(attachment.url).toMatch(/^https:\/\/helpdesk\.example\.com\/files\/upload_/)
  expect((await fetch(here(attachment.url))).status).toBe(200)
})

test('Fin is not shown a file that has no https address', async () => {
  const plain = await startTestServer()
  const inboxId = await plain.inbox()
  const fin = await plain.createFin({ inboxId })
  const conversation_id = await plain.conversation(inboxId)
  const { id } = await upload(plain, { content: png, contentType: 'image/png' })
  await reply(plain, conversation_id, [{ fileId: id }, { url: 'https://files.example.com/b.png' }], {
    body: 'See',
  })
  const client = finClient(plain, await fetchToken(plain, fin), 'rest')
  const messages = await client.call('getMessages', { conversation_id })
  expect(messages.at(-1).attachments).toEqual([{ url: 'https://files.example.com/b.png' }])
  await plain.stop()
})

test('an uploaded file stays through an edit, may come by one, and is gone with what it stood by', async () => {
  const [first, second] = [await uploaded(), await uploaded()]
  const message = await reply(server, conversationId, [{ fileId: first }], { as: token })
  const change = async (mutation: string, input: object, as = token) => {
    const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
    const { data, errors } = await server.graphql(
      `mutation ($input: ${name}Input!) { ${mutation}(input: $input) { ... on ${name}Payload {
        message { attachments { fileId filename url } edits { attachments { fileId } } } } ... on Error { code reason: message } } }`,
      { input: { messageId: message.id, ...input } },
      as,
    )
    expect(errors).toBeUndefined()
    return data[mutation]
  }
  const files = (changed: { message: { attachments: { fileId: string }[] } }) =>
    changed.message.attachments.map(({ fileId }) => fileId)

  expect(files(await change('editMessage', { body: 'Now with words' }))).toEqual([first])
  const both = await change('editMessage', { attachments: [{ fileId: first }, { fileId: second }] })
  expect(files(both)).toEqual([first, second])
  const [, { url }] = both.message.attachments
  expect((await fetch(here(url))).status).toBe(200)
  const other = await reply(server, conversationId, [{ fileId: second }], { as: token })
  expect(other.code).toBe('INVALID')

  await change('deleteMessage', {})
  expect((await fetch(here(url))).status).toBe(404)
  const redacted = await change('redactMessage', {}, server.token)
  expect(redacted.message.edits.flatMap((edit: { attachments: object[] }) => edit.attachments)).toEqual([])
  expect((await server.must('query ($id: ID!) { node(id: $id) { id } }', { id: first })).node).toBeNull()
})
