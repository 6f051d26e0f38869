import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgetUploads } from '../../src/file/forget.js'
import { storedId } from '../../src/ids.js'
import { movableClock } from '../support/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { startBucket } from './bucket.js'
import { announce, attachmentsOf, png, put, reply, upload } from './upload.js'

/** Where the store has an uploaded file; null when it has none. */
async function storedAs(server: TestServer, id: string): Promise<string | null> {
  const { rows } = await server.app.db.pool.query('select stored_as from uploaded_file where id = $1', [
    storedId('UploadedFile', id),
  ])
  return rows[0]?.stored_as ?? null
}

describe.each(['on disk', 'in a bucket'])('%s', { timeout: 120_000 }, (where) => {
  const clock = movableClock()
  let server: TestServer
  let bucket: Awaited<ReturnType<typeof startBucket>> | null
  let conversationId: string
  const filesDir = mkdtempSync(path.join(tmpdir(), 'graphdesk-uploads-'))
  const stored = () => readdirSync(bucket?.directory ?? filesDir, { recursive: true }).map(String)
  const unfinished = () => stored().filter((name) => name.endsWith('.part'))
  const whole = () => stored().filter((name) => (bucket ? name.endsWith('_object') : !name.endsWith('.part')))

  beforeAll(async () => {
    bucket = where === 'in a bucket' ? await startBucket() : null
    server = await startTestServer({
      clock,
      filesDir,
      filesS3: bucket?.options,
      uploadLimits: { largest: 30 * 1024 * 1024, types: [] },
      corsOrigins: ['https://desk.example.com'],
    })
    conversationId = await server.conversation(await server.inbox())
  })
  afterAll(async () => {
    expect(server.faults).toEqual([])
    await server.stop()
    await bucket?.stop()
    rmSync(filesDir, { recursive: true })
  })

  test('a file is announced, sent, attached, and opened by a fresh link for an hour', async () => {
    const { file } = await announce(server, {
      filename: 'Größe.png',
      contentType: 'image/png',
      size: png.length,
    })
    expect(file).toMatchObject({ filename: 'Größe.png', isStored: false, url: null, size: png.length })
    const sent = await put(file.uploadUrl, png, { 'content-type': 'image/png' })
    expect([sent.status, await sent.text()]).toEqual([204, ''])

    const message = await reply(server, conversationId, [{ fileId: file.id }])
    const [attachment] = message.attachments
    expect(attachment).toMatchObject({
      fileId: file.id,
      filename: 'Größe.png',
      filetype: 'image/png',
      contentType: 'image/png',
      size: png.length,
    })
    const opened = await fetch(attachment.url)
    expect(Buffer.from(await opened.arrayBuffer())).toEqual(png)
    expect(Object.fromEntries(opened.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'content-disposition': "inline; filename*=UTF-8''Gr%C3%B6%C3%9Fe.png",
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
    })
    clock.advance(61 * 60_000)
    expect((await fetch(attachment.url)).status).toBe(410)
    const [again] = await attachmentsOf(server, message.id)
    expect((await fetch(again.url)).status).toBe(200)
    expect(await storedAs(server, file.id)).not.toBeNull()
  })

  test('a part is given where one is asked for, and nothing where it is known', async () => {
    const file = await upload(server, { content: Buffer.from('0123456789'), contentType: 'text/plain' })
    const ask = (headers: Record<string, string>, method = 'GET') => fetch(file.url, { method, headers })
    const part = await ask({ range: 'bytes=2-4' })
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ])
    expect(await (await ask({ range: 'bytes=-3' })).text()).toBe('789')
    const beyond = await ask({ range: 'bytes=10-' })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10'])
    expect(await (await ask({ range: 'lines=1-2' })).text()).toBe('0123456789')
    const etag = part.headers.get('etag') ?? ''
    // Else fetch asks for one that was not kept.
    expect((await ask({ 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(304)
    expect((await ask({ range: 'bytes=2-4', 'if-range': etag })).status).toBe(206)
    expect((await ask({ range: 'bytes=2-4', 'if-range': '"another"' })).status).toBe(200)
    const head = await ask({}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
  })

  test('a file of many megabytes arrives as it was sent', async () => {
    const content = Buffer.alloc(17 * 1024 * 1024)
    for (let at = 0; at < content.length; at += 4) content.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at)
    content.write('not a known type', 0)
    const file = await upload(server, { content, contentType: 'application/octet-stream' })
    const opened = Buffer.from(await (await fetch(file.url)).arrayBuffer())
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect(digest(opened)).toBe(digest(content))
    expect(await (await fetch(file.url, { headers: { range: 'bytes=0-7' } })).text()).toBe('not a kn')
  })

  test('an upload that breaks off leaves nothing, and can be sent again', async () => {
    const size = 12 * 1024 * 1024
    const { file } = await announce(server, { contentType: 'text/plain', size })
    const broken = httpRequest(file.uploadUrl, { method: 'PUT', headers: { 'content-length': size } })
    broken.on('error', () => undefined)
    await new Promise((resolve) => broken.write(Buffer.alloc(8 * 1024 * 1024, 'a'), resolve))
    const before = whole()
    broken.destroy()
    await expect.poll(unfinished, { timeout: 15_000 }).toEqual([])
    expect(whole()).toEqual(before)
    expect(await storedAs(server, file.id)).toBeNull()
    expect((await put(file.uploadUrl, Buffer.alloc(size, 'b'))).status).toBe(204)
    const { node } = await server.must(`query ($id: ID!) { node(id: $id) { ... on UploadedFile { url } } }`, {
      id: file.id,
    })
    expect(await (await fetch(node.url, { headers: { range: 'bytes=0-3' } })).text()).toBe('bbbb')
  })

  test('what was there first stays, also when two send at once', async () => {
    const { file } = await announce(server, { contentType: 'text/plain', size: 5 })
    const both = await Promise.all(['first', 'other'].map((text) => put(file.uploadUrl, Buffer.from(text))))
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409])
    expect((await put(file.uploadUrl, Buffer.from('third'))).status).toBe(409)
    const kept = ['first', 'other'][both.findIndex(({ status }) => status === 204)]
    const { node } = await server.must(
      `query ($id: ID!) { node(id: $id) { ... on UploadedFile { url uploadUrl } } }`,
      {
        id: file.id,
      },
    )
    expect(node.uploadUrl).toBeNull()
    expect(await (await fetch(node.url)).text()).toBe(kept)
  })

  test('what nobody attached within a day is removed, also from the store', async () => {
    const loose = await upload(server, { content: png, contentType: 'image/png' })
    const kept = await upload(server, { content: png, contentType: 'image/png' })
    const message = await reply(server, conversationId, [{ fileId: kept.id }])
    const never = await announce(server, { contentType: 'text/plain', size: 5 })
    const place = (await storedAs(server, loose.id)) ?? ''
    clock.advance(23 * 60 * 60_000)
    await forgetUploads(server.app.db, server.app.files)
    expect(await storedAs(server, loose.id)).toBe(place)
    clock.advance(61 * 60_000)
    expect(await reply(server, conversationId, [{ fileId: loose.id }])).toMatchObject({ code: 'NOT_FOUND' })
    clock.advance(61 * 60_000)
    await forgetUploads(server.app.db, server.app.files)
    expect(await server.app.files.read(place)).toBeNull()
    for (const { id } of [loose, never.file])
      expect((await server.must('query ($id: ID!) { node(id: $id) { id } }', { id })).node).toBeNull()
    const [attachment] = await attachmentsOf(server, message.id)
    expect((await fetch(attachment.url)).status).toBe(200)
  })

  test('what the store has lost is not found', async () => {
    const file = await upload(server, { content: png, contentType: 'image/png' })
    await server.app.files.remove((await storedAs(server, file.id)) ?? '')
    await server.app.files.remove((await storedAs(server, file.id)) ?? '')
    expect((await fetch(file.url)).status).toBe(404)
  })

  test('pages of a known origin may send files', async () => {
    const { file } = await announce(server, { contentType: 'text/plain', size: 5 })
    const from = (origin: string) => ({ origin, 'access-control-request-method': 'PUT' })
    const asked = await fetch(file.uploadUrl, {
      method: 'OPTIONS',
      headers: from('https://desk.example.com'),
    })
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://desk.example.com')
    expect(asked.headers.get('access-control-allow-methods')).toContain('PUT')
    const other = await fetch(file.uploadUrl, {
      method: 'OPTIONS',
      headers: from('https://evil.example.com'),
    })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('pages of a known origin may read what a file is called', async () => {
    const file = await upload(server, { content: png, contentType: 'image/png' })
    const exposed = async (origin: string) =>
      (await fetch(file.url, { headers: { origin } })).headers.get('access-control-expose-headers')
    expect(await exposed('https://desk.example.com')).toBe('Content-Disposition, Content-Range')
    expect(await exposed('https://evil.example.com')).toBeNull()
  })
})

test('a store that is away is said to be so, and a copy can be sent when it is back', async () => {
  const bucket = await startBucket()
  const server = await startTestServer({ filesS3: bucket.options })
  const file = await upload(server, { content: png, contentType: 'image/png' })
  const { file: next } = await announce(server, { contentType: 'image/png', size: png.length })
  await bucket.stop()
  expect((await fetch(file.url)).status).toBe(503)
  expect((await put(next.uploadUrl, png)).status).toBe(503)
  expect(await storedAs(server, next.id)).toBeNull()
  expect(server.faults).toHaveLength(2)
  await server.stop()
}, 120_000)
