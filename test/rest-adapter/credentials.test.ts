import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { movableClock } from '../webhooks/setup.js'
import { type FinClient, fetchToken, finClient, objectId } from './finClient.js'

// What Fin must show before it is let in, and what the people of its integration are told when it is not.
const clock = movableClock()
const secret = 'the key of the signatures'
const folder = mkdtempSync(path.join(tmpdir(), 'networks-'))
const networksFile = path.join(folder, 'ip-ranges.json')
let server: TestServer

beforeAll(async () => {
  writeRanges([{ range: '127.0.0.0/8', region: 'US', service: 'INTERCOM-OUTBOUND' }])
  server = await startTestServer({ clock, finNetworksFile: networksFile, trustProxy: 'loopback' })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

function writeRanges(ip_ranges: object[]) {
  writeFileSync(networksFile, JSON.stringify({ ip_ranges, date: '2026-11-24' }))
}

type Connected = TestFin & { client: FinClient; token: string }

async function connect(settings: object = {}): Promise<Connected> {
  const fin = await server.createFin({ allowedNetworks: ['127.0.0.1', '::1'], ...settings })
  const token = await fetchToken(server, fin)
  return { ...fin, token, client: finClient(server, token, 'posts') }
}

async function set(fin: TestFin, settings: object) {
  const { updateFinIntegration } = await server.must(
    `mutation ($input: UpdateFinIntegrationInput!) { updateFinIntegration(input: $input) {
      __typename ... on UpdateFinIntegrationPayload { integration { hasSigningSecret signatureMode allowedNetworks } }
      ... on Error { reason: message } } }`,
    { input: { integrationId: fin.integrationId, ...settings } },
  )
  return updateFinIntegration.integration
}

const seconds = () => String(Math.floor(clock.now().getTime() / 1_000))
const hmac = (text: string, key = secret) => createHmac('sha256', key).update(text)
const signed = (signature: string, timestamp = seconds()) => ({
  'x-fin-signature': signature,
  'x-fin-request-timestamp': timestamp,
})

/** How a create_user with this body and these headers is answered. */
async function post({ token }: Connected, body: string, headers: Record<string, string>) {
  const response = await finClient(server, token, 'posts').send('POST', '/create_user', body, headers)
  if (response.status === 401) {
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    const { error } = (await response.json()) as { error: { detail: string } }
    expect(error.detail).toBe('The credentials are missing, wrong or expired.')
  }
  return response.status
}

const detailsOf = async (fin: TestFin) => {
  const { finIntegration } = await server.must(
    'query ($id: ID!) { finIntegration(id: $id) { log { detail } } }',
    { id: fin.integrationId },
  )
  return finIntegration.log.map(({ detail }: { detail: string }) => detail)
}

const explained = (fin: TestFin, reason: RegExp) =>
  expect.poll(() => detailsOf(fin), { timeout: 5_000 }).toContainEqual(expect.stringMatching(reason))

describe('a signature', () => {
  let fin: Connected
  beforeAll(async () => {
    fin = await connect({ signingSecret: secret })
  })

  test('is not asked for before there is a secret', async () => {
    const open = await connect()
    expect(await post(open, '{}', {})).toBe(201)
    expect(await post(open, '{}', signed('nonsense'))).toBe(201)
    expect(await set(open, { signingSecret: secret })).toMatchObject({ hasSigningSecret: true })
    expect(await post(open, '{}', {})).toBe(401)
    expect(await set(open, { signingSecret: null })).toMatchObject({ hasSigningSecret: false })
    expect(await post(open, '{}', {})).toBe(201)
  })

  test.each([
    ['hexadecimal', (text: string) => hmac(text).digest('hex')],
    ['upper case', (text: string) => hmac(text).digest('hex').toUpperCase()],
    ['with a prefix', (text: string) => `sha256=${hmac(text).digest('hex')}`],
    ['base64', (text: string) => hmac(text).digest('base64')],
    ['base64 for addresses', (text: string) => hmac(text).digest('base64url')],
    ['base64 with a prefix', (text: string) => `sha256=${hmac(text).digest('base64')}`],
  ])('of the raw body is taken in %s', async (_, write) => {
    const body = `{ "object_id" : "${objectId()}",  "name": "Zoë" }`
    expect(await post(fin, body, signed(write(`${seconds()}:${body}`)))).toBe(201)
    expect(await post(fin, `${body} `, signed(write(`${seconds()}:${body}`)))).toBe(401)
  })

  test('covers a request without a body', async () => {
    const headers = { authorization: `Bearer ${fin.token}`, ...signed(hmac(`${seconds()}:`).digest('hex')) }
    const ask = () => fetch(`${server.url}/api/fin/get_agents`, { method: 'POST', headers })
    expect((await ask()).status).toBe(200)
    headers['x-fin-signature'] = hmac(`${seconds()}:{}`).digest('hex')
    expect((await ask()).status).toBe(401)
  })

  test('of any other text, key, time or form is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.json(),
        fc.constantFrom('text', 'key', 'time', 'digit', 'form', 'missing', 'no time'),
        async (json, wrong) => {
          const body = JSON.stringify({ attributes: { json } })
          const right = hmac(`${seconds()}:${body}`).digest('hex')
          const headers = {
            text: signed(hmac(`${seconds()}:${body} `).digest('hex')),
            key: signed(hmac(`${seconds()}:${body}`, 'another').digest('hex')),
            time: signed(right, String(Number(seconds()) - 1)),
            digit: signed((right.startsWith('0') ? '1' : '0') + right.slice(1)),
            form: signed(right.slice(2)),
            missing: { 'x-fin-request-timestamp': seconds() },
            'no time': { 'x-fin-signature': right },
          }[wrong]
          expect(await post(fin, body, headers as Record<string, string>)).toBe(401)
        },
      ),
      { numRuns: 30 },
    )
    await explained(fin, /does not fit/)
    await explained(fin, /is missing/)
    await explained(fin, /neither 64 hexadecimal digits/)
  })

  test('is good for five minutes', async () => {
    const timestamp = seconds()
    const headers = signed(hmac(`${timestamp}:{}`).digest('hex'), timestamp)
    expect(await post(fin, '{}', headers)).toBe(201)
    clock.advance(4 * 60_000)
    expect(await post(fin, '{}', headers)).toBe(201)
    clock.advance(2 * 60_000)
    expect(await post(fin, '{}', headers)).toBe(401)
    const ahead = String(Number(seconds()) + 600)
    expect(await post(fin, '{}', signed(hmac(`${ahead}:{}`).digest('hex'), ahead))).toBe(401)
    await explained(fin, /older than 5 minutes/)
    await explained(fin, /ahead/)
  })

  const conversation_id = 'conv_01hv97e766fm7t6751vpx8vcxw'
  const query = 'conversation_id=conv%5F01hv97e766fm7t6751vpx8vcxw&note=a+b%20c%2Ad&after_id=msg~1'
  test.each([
    [
      'as received',
      'after_id=msg~1&conversation_id=conv%5F01hv97e766fm7t6751vpx8vcxw&note=a+b%20c%2Ad',
      true,
    ],
    ['decoded', `after_id=msg~1&conversation_id=${conversation_id}&note=a b c*d`, true],
    ['written as Rails does', `after_id=msg~1&conversation_id=${conversation_id}&note=a+b+c%2Ad`, true],
    ['not sorted', query, false],
    ['with one left out', `after_id=msg~1&conversation_id=${conversation_id}`, false],
    ['of nothing', '', false],
  ])('of a GET is over its sorted parameters: %s', async (_, text, fits) => {
    const headers = {
      authorization: `Bearer ${fin.token}`,
      ...signed(hmac(`${seconds()}:${text}`).digest('hex')),
    }
    const response = await fetch(`${server.url}/api/fin/messages?${query}`, { headers })
    expect(response.status).toBe(fits ? 404 : 401)
  })

  test.each([
    ['user_id=a?b', 'user_id=a?b', 404],
    ['?x=1&user_id=x', '', 401],
    ['?x=1&user_id=x', '?x=1&user_id=x', 404],
  ])('of a GET is over all that comes after the first question mark: %s', async (asked, text, status) => {
    const headers = {
      authorization: `Bearer ${fin.token}`,
      ...signed(hmac(`${seconds()}:${text}`).digest('hex')),
    }
    expect((await fetch(`${server.url}/api/fin/user?${asked}`, { headers })).status).toBe(status)
  })

  test('of another integration does not fit', async () => {
    const other = await connect({ signingSecret: 'another key' })
    const headers = signed(hmac(`${seconds()}:{}`).digest('hex'))
    expect(await post(other, '{}', headers)).toBe(401)
    expect(await post(fin, '{}', headers)).toBe(201)
  })

  test('that does not fit is let in while signatures are only logged', async () => {
    const trying = await connect({ signingSecret: secret, signatureMode: 'LOG' })
    expect(await post(trying, '{}', signed('0'.repeat(64)))).toBe(201)
    await explained(trying, /does not fit.*It was let in/)
    expect(await set(trying, { signatureMode: 'ENFORCE' })).toMatchObject({ signatureMode: 'ENFORCE' })
    expect(await post(trying, '{}', signed('0'.repeat(64)))).toBe(401)
  })
})

describe('a network', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address })

  test('that the integration names', async () => {
    const fin = await connect({ allowedNetworks: ['127.0.0.1', '192.0.2.0/24', '2001:db8::/32'] })
    for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::7']) {
      expect(await post(fin, '{}', from(address))).toBe(201)
    }
    for (const address of ['192.0.3.7', '2001:db9::7', 'nonsense']) {
      expect(await post(fin, '{}', from(address))).toBe(401)
    }
    await explained(fin, /came from 192\.0\.3\.7/)
    const token = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: from('192.0.3.8'),
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: fin.clientId,
        client_secret: fin.clientSecret,
      }),
    })
    expect(token.status).toBe(401)
    await explained(fin, /came from 192\.0\.3\.8/)
  })

  test('of the file, for its own region, as the file changes', async () => {
    const us = await connect({ allowedNetworks: [] })
    expect(await post(us, '{}', {})).toBe(201)
    expect(await post(us, '{}', from('192.0.2.7'))).toBe(401)
    const eu = await connect({ region: 'EU' })
    await set(eu, { allowedNetworks: [] })
    expect(await post(eu, '{}', {})).toBe(401)

    const outbound = { region: 'US', service: 'INTERCOM-OUTBOUND' }
    writeRanges([
      { ...outbound, range: '192.0.2.0/24' },
      { ...outbound, range: '192.0.3.0/24', service: 'INTERCOM-INBOUND' },
    ])
    utimesSync(networksFile, new Date(), new Date(Date.now() + 5_000))
    clock.advance(61_000)
    expect(await post(us, '{}', from('192.0.2.7'))).toBe(201)
    expect(await post(us, '{}', from('192.0.3.7'))).toBe(401)
    expect(await post(us, '{}', {})).toBe(401)

    writeFileSync(networksFile, 'not JSON')
    utimesSync(networksFile, new Date(), new Date(Date.now() + 10_000))
    clock.advance(61_000)
    expect(await post(us, '{}', from('192.0.2.7'))).toBe(201)
    expect(server.faults.splice(0)).toHaveLength(1)
  })

  test.each(['all', '10', '10/8', '0x7f.1', '010.0.0.1', '::ffff:192.0.2.0/120', '192.0.2.0/33'])(
    'that is none is refused, and named: %s',
    async (network) => {
      const fin = await connect()
      const { updateFinIntegration } = (
        await server.graphql(
          `mutation ($id: ID!, $networks: [String!]) { updateFinIntegration(
            input: { integrationId: $id, allowedNetworks: $networks }) { ... on ValidationError { field } } }`,
          { id: fin.integrationId, networks: ['::1', network] },
        )
      ).data
      expect(updateFinIntegration).toEqual({ field: 'allowedNetworks.1' })
    },
  )
})

describe('a refusal is explained', () => {
  test('of a request for a token', async () => {
    const { clientId: client_id, clientSecret: client_secret, ...fin } = await connect()
    const ask = async (parameters: Record<string, string>) =>
      (await fetch(`${server.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(parameters) }))
        .status
    expect(await ask({ client_id, client_secret })).toBe(400)
    await explained({ ...fin, clientId: client_id, clientSecret: client_secret }, /in vain: .*grant_type/)
    expect(await ask({ client_id, client_secret, grant_type: 'authorization_code' })).toBe(400)
    expect(await ask({ client_id, grant_type: 'client_credentials' })).toBe(401)
    const all = await detailsOf({ ...fin, clientId: client_id, clientSecret: client_secret })
    expect(all.length).toBeGreaterThan(0)
  })

  test('of a token without the word before it', async () => {
    const fin = await connect()
    const response = await fetch(`${server.url}/api/fin/get_agents`, {
      method: 'POST',
      headers: { authorization: fin.token },
    })
    expect(response.status).toBe(401)
    await explained(fin, /must be "Bearer"/)
  })

  test('of an integration that is archived', async () => {
    const fin = await connect()
    await server.app.db.prisma.finIntegration.update({
      where: { id: storedId('FinIntegration', fin.integrationId) ?? '' },
      data: { archivedAt: clock.now() },
    })
    server.app.principals.forget()
    expect((await fin.client.raw('getAgents')).status).toBe(401)
    const entries = () =>
      server.app.db.prisma.integrationLog.findMany({
        where: { integrationId: storedId('FinIntegration', fin.integrationId) ?? '' },
      })
    await expect.poll(entries, { timeout: 5_000 }).toMatchObject([{ detail: 'The integration is archived' }])
  })
})

describe('what is replaced works until its overlap ends', () => {
  const hour = 3_600_000

  test('the client secret', async () => {
    const fin = await connect()
    const rotate = async (overlapHours: number) => {
      const { rotateFinClientSecret } = await server.must(
        `mutation ($input: RotateFinClientSecretInput!) { rotateFinClientSecret(input: $input) {
          __typename ... on RotateFinClientSecretPayload { clientId clientSecret integration { clients { clientId expiresAt } } }
          ... on Error { reason: message } } }`,
        { input: { integrationId: fin.integrationId, overlapHours } },
      )
      return rotateFinClientSecret
    }
    const second = await rotate(2)
    expect(second.integration.clients.map(({ clientId }: { clientId: string }) => clientId)).toEqual([
      second.clientId,
      fin.clientId,
    ])
    await fetchToken(server, fin)
    await fetchToken(server, { ...fin, ...second })
    clock.advance(2 * hour + 1_000)
    await fetchToken(server, { ...fin, ...second })
    await expect(fetchToken(server, fin)).rejects.toThrow()
    await explained(fin, /was replaced/)

    const third = await rotate(0)
    await expect(fetchToken(server, { ...fin, ...second })).rejects.toThrow()
    await fetchToken(server, { ...fin, ...third })
    await expect(fetchToken(server, { ...fin, ...third, clientSecret: 'wrong' })).rejects.toThrow()
    await explained(fin, /client secret is wrong/)
  })

  test('the fixed token', async () => {
    const [first, second] = [objectId() + objectId(), objectId() + objectId()]
    const fin = await connect({ staticToken: first })
    const replace = (staticToken: string | null, overlapHours: number) =>
      server.must(
        `mutation ($input: SetFinStaticTokenInput!) { setFinStaticToken(input: $input) {
          __typename ... on Error { reason: message } } }`,
        { input: { integrationId: fin.integrationId, staticToken, overlapHours } },
      )
    const opens = async (token: string) =>
      (await finClient(server, token, 'posts').raw('getAgents')).status === 200
    expect(await opens(first)).toBe(true)
    await replace(second, 1)
    expect([await opens(first), await opens(second)]).toEqual([true, true])
    clock.advance(hour + 1_000)
    server.app.principals.forget()
    expect([await opens(first), await opens(second)]).toEqual([false, true])
    await explained(fin, /has expired/)
    await replace(null, 0)
    expect(await opens(second)).toBe(false)
  })
})
