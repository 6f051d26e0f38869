import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../fin-emulator/emulator.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({ identifier: 'a3c729d4e8f6b15c', webhookKey: 'a webhook key' })
})
afterAll(() => emulator?.stop())

async function allowed(path: string, origin: string) {
  const asked = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  }
  const preflight = await fetch(emulator.url + path, { method: 'OPTIONS', headers: asked })
  const answer = await fetch(emulator.url + path, { headers: { origin } })
  const names = [preflight, answer].map(({ headers }) => headers.get('access-control-allow-origin'))
  expect(names[1]).toBe(names[0])
  return { origin: names[0], headers: preflight.headers.get('access-control-allow-headers') }
}

test.each(['http://localhost:4000', 'http://127.0.0.1:23456', 'http://localhost'])(
  'a page at %s may call the messenger',
  async (origin) => {
    expect(await allowed('/messenger/conversations', origin)).toEqual({ origin, headers: 'content-type' })
  },
)

test.each([
  'https://example.com',
  'http://localhost.example.com',
  'http://example.com/localhost:4000',
  'http://127.0.0.1.example.com:80',
  'https://localhost:4000',
  'null',
])('a page at %s may not', async (origin) => {
  expect(await allowed('/messenger/conversations', origin)).toEqual({ origin: null, headers: null })
})

test('nothing but the messenger is open to pages', async () => {
  expect((await allowed('/log', 'http://localhost:4000')).origin).toBeNull()
})
