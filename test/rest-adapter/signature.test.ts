import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Connected, type Connections, startConnections } from './connections.js'
import { objectId } from './finClient.js'

const secret = 'the key of the signatures'
let { server, clock, connect, set, post, explained } = {} as Connections
let fin: Connected

beforeAll(async () => {
  ;({ server, clock, connect, set, post, explained } = await startConnections())
  fin = await connect({ signingSecret: secret })
})
afterAll(() => server.stop())

const seconds = () => String(Math.floor(clock.now().getTime() / 1_000))
const hmac = (text: string, key = secret) => createHmac('sha256', key).update(text)
const signed = (signature: string, timestamp = seconds()) => ({
  'x-fin-signature': signature,
  'x-fin-request-timestamp': timestamp,
})

describe('a signature', () => {
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

  test.each(['text', 'key', 'time', 'digit', 'form', 'missing', 'no time'] as const)(
    'of another %s is refused',
    async (wrong) => {
      await fc.assert(
        fc.asyncProperty(fc.json(), async (json) => {
          const body = JSON.stringify({ attributes: { json } })
          const right = hmac(`${seconds()}:${body}`).digest('hex')
          const headers: Record<string, string> = {
            text: signed(hmac(`${seconds()}:${body} `).digest('hex')),
            key: signed(hmac(`${seconds()}:${body}`, 'another').digest('hex')),
            time: signed(right, String(Number(seconds()) - 1)),
            digit: signed((right.startsWith('0') ? '1' : '0') + right.slice(1)),
            form: signed(right.slice(2)),
            missing: { 'x-fin-request-timestamp': seconds() },
            'no time': { 'x-fin-signature': right },
          }[wrong]
          expect(await post(fin, body, headers)).toBe(401)
        }),
        { numRuns: 5 },
      )
    },
  )

  test('that is refused is explained to the people of the integration', async () => {
    await post(fin, '{}', signed(hmac(`${seconds()}:{}`, 'another').digest('hex')))
    await explained(fin, /does not fit/)
    await post(fin, '{}', { 'x-fin-request-timestamp': seconds() })
    await explained(fin, /is missing/)
    await post(fin, '{}', signed(hmac(`${seconds()}:{}`).digest('hex').slice(2)))
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
