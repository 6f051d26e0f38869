import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const directives = (headers: Headers) => (headers.get('content-security-policy') ?? '').split('; ')

test('GET / gives the page; all it is made of comes from here, under a policy that allows nothing else', async () => {
  const response = await fetch(`${server.url}/`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch('text/html')
  expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  expect(directives(response.headers)).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]),
  )

  const html = await response.text()
  expect(html).not.toMatch(/https?:|<style|<script(?![^>]* src=)| style=| on\w+=/)
  const files = [...html.matchAll(/(?:src|href)="([^"]+\.\w+)"/g)].map(([, file = '']) => file)
  expect(files.map((file) => file.replace(/.*\./, '')).sort()).toEqual(['css', 'js', 'svg'])
  for (const file of files) {
    const { status, headers } = await fetch(new URL(file, server.url))
    expect(status, file).toBe(200)
    expect(headers.get('content-type'), file).toMatch(/javascript|css|svg/)
    expect(headers.get('x-content-type-options'), file).toBe('nosniff')
    expect(headers.get('cache-control')).toBe(
      file.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
  }
})

test('a browser keeps no page that names files of an older build', async () => {
  const { headers } = await fetch(`${server.url}/`)
  expect(headers.get('cache-control')).toBe('no-cache')
})

test('only a page at a local address may call a program of the machine it is shown on', async () => {
  const connect = async (host: string) => {
    const asked = request(server.url, { headers: { host } }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    return /connect-src ([^;]*)/.exec(String(answer.headers['content-security-policy']))?.[1]
  }
  expect(await connect('localhost:4000')).toBe("'self' http://localhost:* http://127.0.0.1:*")
  expect(await connect('127.0.0.1:4000')).toBe("'self' http://localhost:* http://127.0.0.1:*")
  expect(await connect('help.example.com')).toBe("'self'")
})

test('nothing else of the folder, or beside it, is served', async () => {
  for (const path of ['/.inputs', '/index', '/assets', '/assets/', '/..%2fpackage.json', '/main.ts']) {
    expect((await fetch(server.url + path)).status, path).toBe(404)
  }
})
