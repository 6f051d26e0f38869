import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchToken } from '../rest-adapter/finClient.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let finToken: string

beforeAll(async () => {
  server = await startTestServer()
  finToken = await fetchToken(server, await server.createFin())
})
afterAll(() => server.stop())

/** As it is written: fetch would mend some addresses. */
async function ask(method: string, address: string) {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  const lines = ['Host: here', `Authorization: Bearer ${finToken}`, 'Content-Length: 0', 'Connection: close']
  socket.write([`${method} ${address} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  const [head = '', ...body] = (await text(socket)).split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: body.join('') }
}

const nothing = ['%ff', '%', '%c0%af', '%00']
const places = [
  '/',
  '//',
  '/files/',
  '/files/upload_',
  '/files/a/',
  '/assets/',
  '/oauth/',
  '/oauth/token/',
  '/oauth/token?',
  '/api/fin/',
  '/api/fin/user/',
  '/api/fin/conversation/',
  '/api/fin/conversation/a/',
  '/api/fin/docs/',
  '/api/fin/openapi.json/',
  '/graphql/',
  '/graphql?query=',
  '/healthz/',
  '/readyz/',
  '/metrics/',
  'http://elsewhere/files/',
]

test.each(['GET', 'HEAD', 'PUT', 'POST', 'OPTIONS'])(
  'an address that cannot be read is the client’s mistake everywhere: %s',
  async (method) => {
    for (const address of places.flatMap((place) => nothing.map((one) => place + one))) {
      const { status, body } = await ask(method, address)
      expect.soft(status, address).toBeLessThan(500)
      expect.soft(body, address).not.toMatch(/node_modules|URIError|\bat .*:\d+/)
    }
    expect(server.faults).toEqual([])
  },
)

test.each(['GET', 'PUT'])('a file’s address that cannot be read is refused in words: %s', async (method) => {
  const { status, head, body } = await ask(method, '/files/%ff?expires=1')
  expect([status, body]).toEqual([400, 'The address cannot be read.'])
  expect(head).toContain('content-type: text/plain')
})
