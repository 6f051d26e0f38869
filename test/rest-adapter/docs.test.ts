import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let page: string

beforeAll(async () => {
  server = await startTestServer()
  page = `${server.url}/api/fin/docs/`
})
afterAll(() => server.stop())

test('people read the contracts on a page of this server’s own files', async () => {
  const response = await fetch(page.slice(0, -1))
  expect(response.url).toBe(page)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  const html = await response.text()
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
  const names = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name ?? '')
  expect(names).toHaveLength(5)
  for (const name of names) {
    const asset = await fetch(new URL(name, page))
    expect(asset.status, name).toBe(200)
    expect(asset.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(100)
  }
})

test('it shows both variants, where they are served', async () => {
  const script = await (await fetch(new URL('start.js', page))).text()
  const addresses = [...script.matchAll(/"url":"([^"]+)"/g)].map(([, address]) => address ?? '')
  expect(addresses).toHaveLength(2)
  for (const address of addresses) {
    const contract = await (await fetch(new URL(address, page))).json()
    expect(contract).toMatchObject({ openapi: '3.1.0', servers: [{ url: `${server.url}/api/fin` }] })
  }
})

test('it is only to be read, and nothing else of the viewer is served', async () => {
  const response = await fetch(page, { method: 'POST' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET')
  for (const name of ['index.html', 'package.json', '..%2fpackage.json']) {
    expect((await fetch(page + name)).status).toBe(404)
  }
})
