import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { type FinClient, fetchToken, finClient, objectId } from '../rest-adapter/finClient.js'
import { movableClock } from '../support/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { certificate } from './certificate.js'
import { startFileServer } from './fileServer.js'

// Files that Fin sends are copied before their addresses expire.
const clock = movableClock()
let server: TestServer
let client: FinClient

beforeAll(async () => {
  server = await startTestServer({ clock, allowPrivateFiles: true, fileAuthority: certificate })
  // One that does not expire when the clock is moved.
  const staticToken = objectId() + objectId()
  await server.createFin({ staticToken })
  client = finClient(server, staticToken, 'posts')
})
afterAll(() => server.stop())

const png = Buffer.from('89504e470d0a1a0a', 'hex')

async function fileServer(answer: Parameters<typeof startFileServer>[0]) {
  const files = await startFileServer(answer)
  onTestFinished(() => files.stop())
  return files
}

/** A message with these attachments and this body; gives its id. */
async function send(attachments: object[], body = 'See here', by = client): Promise<string> {
  const { message } = await by.open({ message: { body, attachments, object_id: objectId() } })
  return message.id
}

async function filesOf(messageId: string, as?: string) {
  const { node } = await server.must(fields, { id: messageId }, as)
  return node?.files
}

const fields = `query ($id: ID!) { node(id: $id) { ... on Message {
  files { id state originalUrl url contentType size note } } } }`

/** The files of a message, once none of them waits for its first attempt. */
const settled = (messageId: string) =>
  expect.poll(
    async () => {
      const files = await filesOf(messageId)
      if (files.some((file: { state: string; note: string }) => file.state === 'PENDING' && !file.note))
        return null
      return files
    },
    { timeout: 25_000 },
  )

const text = (status: number, body = '', headers = {}) =>
  ((_, response) => response.writeHead(status, headers).end(body)) as Parameters<typeof startFileServer>[0]

test('an attachment and an image are copied, and opened by a link when their own addresses are dead', async () => {
  const files = await fileServer((request, response) => {
    if (request.url === '/a.png') response.writeHead(200, { 'content-type': 'image/png' }).end(png)
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<script>1</script>')
  })
  const url = `${files.url}/guide.html?signature=1`
  const id = await send([{ url, filename: 'Größe & "Guide".html' }], `<img src="${files.url}/a.png">`)
  await settled(id).toMatchObject([
    { state: 'STORED', originalUrl: url, contentType: 'text/html', size: 18, note: null },
    { state: 'STORED', originalUrl: `${files.url}/a.png`, contentType: 'image/png', size: 8 },
  ])
  await files.stop().catch(() => undefined)

  const [attachment, image] = await filesOf(id)
  const opened = await fetch(attachment.url)
  expect(await opened.text()).toBe('<script>1</script>')
  expect(opened.headers.get('content-disposition')).toBe(
    "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%26%20%22Guide%22.html",
  )
  expect(opened.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
  expect(opened.headers.get('x-content-type-options')).toBe('nosniff')
  const shown = await fetch(image.url, { headers: { range: 'bytes=1-3' } })
  expect([shown.status, await shown.text()]).toEqual([206, 'PNG'])
  expect(shown.headers.get('content-disposition')).toMatch(/^inline; .*a\.png$/)
  expect((await fetch(image.url, { method: 'POST' })).status).toBe(405)

  const [message] = await client.call('getMessages', {
    conversation_id: (
      await server.must('query ($id: ID!) { node(id: $id) { ... on Message { conversation { id } } } }', {
        id,
      })
    ).node.conversation.id,
  })
  expect(message.attachments).toMatchObject([{ url }])
})

test('a link opens one file, for an hour', async () => {
  const files = await fileServer(text(200, 'content'))
  const [one, other] = [await send([{ url: `${files.url}/1` }]), await send([{ url: `${files.url}/2` }])]
  await settled(one).toMatchObject([{ state: 'STORED' }])
  await settled(other).toMatchObject([{ state: 'STORED' }])
  const link = new URL((await filesOf(one))[0].url)
  const elsewhere = new URL((await filesOf(other))[0].url)
  expect((await fetch(link)).status).toBe(200)
  expect((await fetch(`${elsewhere.origin}${elsewhere.pathname}${link.search}`)).status).toBe(404)
  expect((await fetch(`${link.origin}${link.pathname}`)).status).toBe(404)
  expect((await fetch(String(link).replace(/expires=\d/, 'expires=9'))).status).toBe(404)
  expect((await fetch(`${link.origin}/files/file_nothing${link.search}`)).status).toBe(404)
  clock.advance(61 * 60_000)
  expect((await fetch(link)).status).toBe(410)
})

test.each([
  ['404', text(404), /answered 404/],
  ['403', text(403), /answered 403/],
  ['too large, as announced', text(200, '', { 'content-length': String(26 * 1024 * 1024) }), /larger than/],
  ['a redirect to http', text(302, '', { location: 'http://localhost/' }), /not an https address/],
  ['redirects without end', text(302, '', { location: '/again' }), /too often/],
] as const)('what will never come is given up at once: %s', async (_, answer, note) => {
  const files = await fileServer(answer)
  const id = await send([{ url: `${files.url}/a` }])
  await settled(id).toMatchObject([{ state: 'FAILED', url: null, note: expect.stringMatching(note) }])
})

test('too large, as found out on the way', async () => {
  const files = await fileServer((_, response) => {
    const part = Buffer.alloc(1024 * 1024)
    const more = () => {
      while (!response.destroyed && response.write(part));
    }
    response.on('drain', more)
    more()
  })
  const id = await send([{ url: `${files.url}/endless` }])
  await settled(id).toMatchObject([{ state: 'FAILED', note: expect.stringMatching(/larger than/) }])
  const [{ id: file }] = await filesOf(id)
  expect(await server.app.files.read(storedId('StoredFile', file) ?? '')).toBeNull()
})

test('what fails for now is tried again later', async () => {
  const files = await fileServer(text(503, '', { 'retry-after': '600' }))
  const id = await send([{ url: `${files.url}/a` }])
  await settled(id).toMatchObject([{ state: 'PENDING', note: expect.stringMatching(/503/) }])
  files.change(text(200, 'here'))
  clock.advance(9 * 60_000)
  expect(files.asked).toHaveLength(1)
  clock.advance(2 * 60_000)
  await expect
    .poll(() => filesOf(id), { timeout: 25_000 })
    .toMatchObject([{ state: 'STORED', size: 4, note: null }])
})

test('given up after five attempts', { timeout: 120_000 }, async () => {
  const files = await fileServer((_, response) => response.writeHead(500 + files.asked.length).end())
  const id = await send([{ url: `${files.url}/a` }])
  for (let attempts = 1; attempts < 5; attempts++) {
    // Its note tells this attempt from the one before: it is over, and the time of the next is set.
    const note = expect.stringContaining(`${500 + attempts}`)
    await settled(id).toMatchObject([{ state: 'PENDING', note }])
    clock.advance(24 * 60 * 60_000)
  }
  await expect.poll(() => filesOf(id), { timeout: 25_000 }).toMatchObject([{ state: 'FAILED' }])
  expect(files.asked).toHaveLength(5)
})

test('one that hangs holds up no other, and a copy given up in the middle is taken over', async () => {
  const files = await fileServer((request, response) => {
    response.writeHead(200)
    if (request.url === '/hangs') response.write('the beginning')
    else response.end('whole')
  })
  const hanging = await send([{ url: `${files.url}/hangs` }])
  await expect.poll(() => files.asked, { timeout: 25_000 }).toContain('/hangs')
  const quick = await send([{ url: `${files.url}/quick` }])
  await settled(quick).toMatchObject([{ state: 'STORED', size: 5 }])

  // A node that was killed: its claim ends by itself, and another one takes the file.
  files.change(text(200, 'whole'))
  clock.advance(3 * 60_000)
  await expect.poll(() => filesOf(hanging), { timeout: 25_000 }).toMatchObject([{ state: 'STORED', size: 5 }])
})

test('a host that drips holds up no other', async () => {
  const slow = await fileServer((_, response) => {
    const drop = () => response.write('.')
    response.writeHead(200)
    drop()
    const dripping = setInterval(drop, 1_000)
    response.on('close', () => clearInterval(dripping))
  })
  const attachments = Array.from({ length: 40 }, (_, index) => ({ url: `${slow.url}/${index}` }))
  await send(attachments)
  await expect.poll(() => slow.asked, { timeout: 25_000 }).toHaveLength(2)
  const quick = await fileServer(text(200, 'whole'))
  await settled(await send([{ url: `${quick.url}/quick` }])).toMatchObject([{ state: 'STORED', size: 5 }])
  expect(slow.asked).toHaveLength(2)
})

test('what comes compressed though nobody asked for it is not kept', async () => {
  const files = await fileServer((request, response) => {
    const encoding = request.url === '/asked' ? request.headers['accept-encoding'] : 'gzip'
    response.writeHead(200, { 'content-encoding': encoding }).end('content')
  })
  const id = await send([{ url: `${files.url}/asked` }, { url: `${files.url}/forced` }])
  await settled(id).toMatchObject([
    { state: 'STORED', size: 7 },
    { state: 'FAILED', note: expect.stringMatching(/gzip/) },
  ])
})

test('a name too long for a header is cut', async () => {
  const files = await fileServer(text(200, 'content'))
  const id = await send([{ url: `${files.url}/a`, filename: 'é'.repeat(20_000) }])
  await settled(id).toMatchObject([{ state: 'STORED' }])
  const opened = await fetch((await filesOf(id))[0].url)
  expect(await opened.text()).toBe('content')
})

describe('private addresses are never asked', () => {
  let careful: TestServer
  let its: FinClient
  beforeAll(async () => {
    careful = await startTestServer({ fileAuthority: certificate })
    its = finClient(careful, await fetchToken(careful, await careful.createFin()), 'posts')
  })
  afterAll(() => careful.stop())

  test.each([
    ['by name', (port: string) => `https://localhost:${port}/a`],
    ['as an address', (port: string) => `https://127.0.0.1:${port}/a`],
    ['as a number', (port: string) => `https://2130706433:${port}/a`],
    ['within IPv6', (port: string) => `https://[::ffff:127.0.0.1]:${port}/a`],
  ])('%s', async (_, addressOf) => {
    const files = await fileServer(text(200, 'secret'))
    const id = await send([{ url: addressOf(new URL(files.url).port) }], 'See here', its)
    await expect
      .poll(async () => (await careful.must(fields, { id })).node.files, { timeout: 25_000 })
      .toMatchObject([{ state: 'FAILED', note: expect.stringMatching(/not a public address/) }])
    expect(files.asked).toEqual([])
  })
})

test('a stranger sees none of it', async () => {
  const files = await fileServer(text(200, 'content'))
  const id = await send([{ url: `${files.url}/a` }])
  await settled(id).toMatchObject([{ state: 'STORED' }])
  const { token } = await server.agent('Stranger', [await server.inbox('Elsewhere')])
  expect(await filesOf(id, token)).toBeUndefined()
})
