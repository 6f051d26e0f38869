import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { type Connections, startConnections } from './connections.js'
import { fetchToken, finClient, objectId } from './finClient.js'

// What Fin must show before it is let in, and what the people of its integration are told when it is not.
const folder = mkdtempSync(path.join(tmpdir(), 'networks-'))
const networksFile = path.join(folder, 'ip-ranges.json')
let { server, clock, connect, set, post, explained, detailsOf } = {} as Connections

beforeAll(async () => {
  writeRanges([{ range: '127.0.0.0/8', region: 'US', service: 'INTERCOM-OUTBOUND' }])
  ;({ server, clock, connect, set, post, explained, detailsOf } = await startConnections({
    finNetworksFile: networksFile,
    trustProxy: 'loopback',
  }))
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

function writeRanges(ip_ranges: object[]) {
  writeFileSync(networksFile, JSON.stringify({ ip_ranges, date: '2026-11-24' }))
}

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
    await expect.poll(entries, { timeout: 15_000 }).toMatchObject([{ detail: 'The integration is archived' }])
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
