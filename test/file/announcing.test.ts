import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetUploads } from '../../src/file/forget.js'
import { movableClock } from '../support/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { announce, png, reply, upload } from './upload.js'

const clock = movableClock()
const megabyte = 1024 * 1024
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ clock, uploadLimits: { largest: 512 * megabyte, types: [] } })
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

const hour = 60 * 60_000
const file = { contentType: 'text/plain', size: 512 * megabyte }

test('an agent may let a gigabyte wait to be attached', async () => {
  const inboxId = await server.inbox()
  const conversationId = await server.conversation(inboxId)
  const [{ token }, other] = [await server.agent('Ada', [inboxId]), await server.agent('Bea', [inboxId])]
  const attached = await upload(server, { content: png, contentType: 'image/png' }, token)
  await reply(server, conversationId, [{ fileId: attached.id }], { as: token })

  const given = { ...file, idempotencyKey: 'the same' }
  expect((await announce(server, given, token)).__typename).toBe('CreateUploadPayload')
  expect((await announce(server, file, token)).__typename).toBe('CreateUploadPayload')
  const small = { contentType: 'text/plain', size: 1 }
  expect(await announce(server, small, token)).toEqual({
    __typename: 'ValidationError',
    field: 'size',
    code: 'INVALID',
  })
  expect((await announce(server, given, token)).__typename).toBe('CreateUploadPayload')
  expect((await announce(server, file, other.token)).__typename).toBe('CreateUploadPayload')
  clock.advance(26 * hour)
  await forgetUploads(server.app.db, server.app.files)
  expect((await announce(server, small, token)).__typename).toBe('CreateUploadPayload')
})

test('one file may be as large as is set, if nothing else waits', async () => {
  const large = await startTestServer({ uploadLimits: { largest: 1_500 * megabyte, types: [] } })
  const given = { contentType: 'text/plain', size: 1_500 * megabyte }
  expect((await announce(large, given)).__typename).toBe('CreateUploadPayload')
  expect((await announce(large, given)).__typename).toBe('ValidationError')
  await large.stop()
})

test.each([
  ['a path', 'C:\\files\\a.txt', 'a.txt'],
  ['control signs', 'a\u0000b\r\n\u0085c\u2028.txt', 'abc.txt'],
  ['signs that turn what follows around', 'invoice\u202e\u2066fdp.exe', 'invoicefdp.exe'],
  ['marks that a name may need', 'חשבונית\u200f (1).pdf', 'חשבונית\u200f (1).pdf'],
  ['more than fits', 'a'.repeat(300), 'a'.repeat(200)],
])('a name has no more to it than people see: %s', async (_, filename, name) => {
  const made = await announce(server, { filename, contentType: 'text/plain', size: 1 })
  expect(made.file.filename).toBe(name)
})

test('nothing is left of a name of such signs', async () => {
  const made = await announce(server, { filename: '\u202e\u0007', contentType: 'text/plain', size: 1 })
  expect(made.field).toBe('filename')
})
