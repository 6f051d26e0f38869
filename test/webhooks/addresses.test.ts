import dns from 'node:dns'
import { once } from 'node:events'
import { createServer as createHttps } from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { secretsWith } from '../../src/secrets.js'
import { openReceivers } from '../../src/webhooks/receivers.js'
import { finRequest } from '../../src/webhooks/sending/request.js'
import { sendWebhook } from '../../src/webhooks/sending/send.js'
import { certificate, key } from '../file/certificate.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { disguised, localNames, loopback, others } from './privateHosts.js'
import { answers, startReceiver } from './receiver.js'

// Whoever may set a receiver's address must not reach what only this machine and its network can.
const secrets = secretsWith('a secret key for tests')
const strangers: (number | undefined)[] = []
const listener = createServer((socket) => {
  strangers.push(socket.remotePort)
  socket.destroy()
})
let port = 0
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ allowPrivateWebhooks: false })
  // All addresses of this machine, of both families where it has both.
  listener.listen(0)
  await once(listener, 'listening')
  port = (listener.address() as AddressInfo).port
})
afterAll(async () => {
  listener.close()
  await server.stop()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  syncBuiltinESMExports()
})

/** What comes of one webhook to this base address. */
async function send(webhookBaseUrl: string, { allowPrivate = false, limit = 15_000 } = {}) {
  const receivers = openReceivers(allowPrivate)
  onTestFinished(() => receivers.destroy())
  const receiver = { webhookBaseUrl, identifier: 'identifier', webhookKey: secrets.seal('key') }
  return sendWebhook(receivers, 'listener', () => finRequest(secrets, receiver, {}), limit)
}

/** A connection of our own that the listener has accepted comes after all that were made before. */
async function expectNobodyConnected() {
  const own = connect(port, '127.0.0.1')
  await once(own, 'connect')
  const { localPort } = own
  await once(own.resume(), 'close')
  expect(strangers.splice(0)).toEqual([localPort])
}

/** The resolver's answers, one for each look-up; the last goes for all after it. */
function resolver(...answers: string[][]) {
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
    _: string,
    options: dns.LookupOptions,
    callback: (error: null, ...found: unknown[]) => void,
  ) => {
    const found = answers[Math.min(lookup.mock.calls.length, answers.length) - 1] ?? []
    const addresses = found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all) process.nextTick(callback, null, addresses)
    else process.nextTick(callback, null, addresses[0]?.address, addresses[0]?.family)
  }) as typeof dns.lookup)
  syncBuiltinESMExports()
  return lookup
}

test.each([...loopback, ...disguised, ...others])(
  'nothing goes to https://%s, and the note says what to do',
  async (host) => {
    const answer = await send(`https://${host}:${port}`)
    expect(answer).toMatchObject({
      kind: 'REFUSED',
      note: expect.stringMatching(/ leads to .*not a public address\. Use a public one/),
    })
    await expectNobodyConnected()
  },
)

test.each(localNames)('nothing goes to the name %s, whatever it resolves to', async (host) => {
  const lookup = resolver(['2e00::1'])
  expect(await send(`https://${host}:${port}`)).toMatchObject({
    kind: 'REFUSED',
    note: expect.stringMatching(/localhost\.? leads to this machine.*Use a public one/),
  })
  expect(lookup).not.toHaveBeenCalled()
  await expectNobodyConnected()
})

test('over http it is refused as well', async () => {
  expect(await send(`http://127.0.0.1:${port}`)).toMatchObject({ kind: 'REFUSED' })
  expect(await send(`http://localhost:${port}`)).toMatchObject({ kind: 'REFUSED' })
  await expectNobodyConnected()
})

test.each([
  [['127.0.0.1']],
  [['::1']],
  [['fe80::1%eth0']],
  [['2e00::1', '10.0.0.1']],
  [['::ffff:127.0.0.1', '2e00::1']],
  [['2e00::1', '::127.0.0.1']],
])('a name that resolves to %j is refused as a whole', async (addresses) => {
  resolver(addresses)
  expect(await send(`https://hooks.example.com:${port}`)).toMatchObject({
    kind: 'REFUSED',
    note: expect.stringMatching(/^hooks\.example\.com leads to .*Use a public one/),
  })
  await expectNobodyConnected()
})

test('a name that turns to a private address is reached where it was checked, and refused from then on', async () => {
  // Public, and nobody's: it answers to nothing.
  const lookup = resolver(['2e00::1'], ['127.0.0.1'])
  const rebinding = `https://rebinding.example.com:${port}`
  expect(await send(rebinding, { limit: 500 })).toMatchObject({ kind: 'UNREACHABLE' })
  expect(lookup).toHaveBeenCalledTimes(1)
  expect(await send(rebinding)).toMatchObject({ kind: 'REFUSED' })
  await expectNobodyConnected()
})

test('a name server that is silent is asked about a name once, and holds up no other name', async () => {
  let speak = () => {}
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
    host: string,
    _: object,
    callback: (error: Error | null, found?: dns.LookupAddress[]) => void,
  ) => {
    if (host.startsWith('silent')) speak = () => callback(new Error('Nobody knows.'))
    else process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }])
  }) as typeof dns.lookup)
  syncBuiltinESMExports()
  const silent = Array.from({ length: 32 }, () => send('https://silent.example.com'))
  expect(await send('https://other.example.com')).toMatchObject({ kind: 'REFUSED' })
  speak()
  for (const answer of await Promise.all(silent)) expect(answer).toMatchObject({ kind: 'UNREACHABLE' })
  expect(lookup.mock.calls.map(([host]) => host)).toEqual(['silent.example.com', 'other.example.com'])
})

test('an address that answers late is not given up for one where nobody is', async () => {
  const receiver = await startReceiver()
  const { port } = new URL(receiver.url)
  vi.spyOn(dns, 'lookup').mockImplementation(((
    _host: string,
    _: object,
    callback: (error: Error | null, found?: dns.LookupAddress[]) => void,
  ) => {
    process.nextTick(() => {
      callback(
        null,
        ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 })),
      )
      standStill(400)
    })
  }) as typeof dns.lookup)
  syncBuiltinESMExports()
  const answer = await send(`http://late.example.com:${port}`, { allowPrivate: true })
  expect(answer).toMatchObject({ kind: 'ANSWERED', statusCode: 202 })
})

test('a redirect is not followed', async () => {
  const location = `http://127.0.0.1:${port}/`
  for (const status of [301, 302, 303, 307, 308]) {
    const receiver = await startReceiver(answers(status, { location }))
    expect(await send(receiver.url, { allowPrivate: true })).toMatchObject({
      kind: 'ANSWERED',
      statusCode: status,
    })
    expect(receiver.received).toHaveLength(1)
  }
  await expectNobodyConnected()
})

test('a certificate that nobody vouches for is not talked to, whatever the environment says', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  let requests = 0
  const receiver = createHttps({ key, cert: certificate }, (_, response) => {
    requests++
    response.end()
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  onTestFinished(() => void receiver.close())
  const url = `https://localhost:${(receiver.address() as AddressInfo).port}`
  expect(await send(url, { allowPrivate: true })).toMatchObject({
    kind: 'UNREACHABLE',
    note: expect.stringMatching(/self-signed certificate/),
  })
  expect(requests).toBe(0)
})

test.each([
  'https://[fe80::1%25eth0]',
  'https://[::1%lo]',
  'https://[127.0.0.1]',
  'https://127.0.0.1.5',
  'https://256.0.0.1',
  'https://0x100000000',
  'https://08.0.0.1',
  'https://local host',
  'https://',
  'file:///etc/passwd',
  'unix:/var/run/docker.sock',
])('the API takes no receiver at %s', async (url) => {
  const { data } = await server.graphql(
    `mutation ($fin: CreateFinIntegrationInput!, $webhook: CreateWebhookInput!) {
      fin: createFinIntegration(input: $fin) { __typename ... on ValidationError { field } }
      webhook: createWebhook(input: $webhook) { __typename ... on ValidationError { field } } }`,
    {
      fin: { name: 'Fin', identifier: 'identifier', region: 'US', webhookKey: 'key', webhookBaseUrl: url },
      webhook: { url, subscription: 'subscription { events { type } }' },
    },
  )
  expect(data).toEqual({
    fin: { __typename: 'ValidationError', field: 'webhookBaseUrl' },
    webhook: { __typename: 'ValidationError', field: 'url' },
  })
})

/** As a busy machine does, in ms. */
function standStill(time: number) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time)
}
