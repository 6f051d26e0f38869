import type { Answer } from '../calls.js'
import { expectThat, type Point } from '../point.js'
import type { Probe } from '../probe.js'

const about = 'token' as const
const guide = 'Authentication page: two-legged OAuth, RFC 6749 section 4.4'

type Asker = Pick<Probe, 'connection' | 'token'>

type Parameters = Record<string, string>

/** A way to ask for a token, with some parameters changed. */
type Way = (probe: Asker, change?: Parameters) => Promise<Answer>

const form = { 'content-type': 'application/x-www-form-urlencoded' }

const formOf = (parameters: Parameters) => new URLSearchParams(parameters).toString()

function parametersOf({ connection }: Asker, change: Parameters = {}) {
  const { clientId = '', clientSecret = '' } = connection
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...change }
}

const byBody: Way = (probe, change) => probe.token(formOf(parametersOf(probe, change)), form)

const byBasic: Way = (probe, change) => {
  const { client_id, client_secret, ...parameters } = parametersOf(probe, change)
  const pair = [client_id, client_secret].map(encodeURIComponent).join(':')
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  return probe.token(formOf(parameters), { ...form, authorization })
}

const byJson: Way = (probe, change) =>
  probe.token(JSON.stringify(parametersOf(probe, change)), { 'content-type': 'application/json' })

const isToken = ({ status, body }: Answer) => status < 300 && typeof body?.access_token === 'string'

/** How the helpdesk answers when asked in a way by which it gives tokens. */
export async function anyToken(probe: Asker, change?: Parameters): Promise<Answer> {
  for (const way of [byBody, byBasic, byJson]) {
    if (isToken(await way(probe))) return way(probe, change)
  }
  return byBody(probe, change)
}

function expectToken(answer: Answer): void {
  const { status, body } = answer
  expectThat(isToken(answer), 'a token', { status, body })
}

function expectError({ status, body }: Answer, statuses: readonly number[], errors: readonly string[]): void {
  const holds = statuses.includes(status) && errors.includes(body?.error)
  expectThat(holds, `${statuses.join(' or ')} ${errors.join(' or ')}`, { status, body })
}

/** What Fin needs of a token endpoint; not looked at where a fixed token is used. */
export const tokenPoints: Point[] = [
  {
    id: 'token.body',
    about,
    title: 'credentials in the body, as a form',
    fact: 'Unknown how Fin sends them; RFC 6749 section 2.3.1: a server may take them so',
    assumed: true,
    run: async (probe) => expectToken(await byBody(probe)),
  },
  {
    id: 'token.basic',
    about,
    title: 'credentials as Basic',
    fact: 'Unknown how Fin sends them; RFC 6749 section 2.3.1',
    assumed: true,
    run: async (probe) => expectToken(await byBasic(probe)),
  },
  {
    id: 'token.json',
    about,
    title: 'credentials in a JSON body',
    fact: 'Not on the pages; the content type of the request is unknown',
    assumed: true,
    run: async (probe) => expectToken(await byJson(probe)),
  },
  {
    id: 'token.unknown',
    about,
    title: 'a scope and unknown parameters are ignored',
    fact: 'Not on the pages; RFC 6749 section 3.2',
    assumed: true,
    run: async (probe) => expectToken(await anyToken(probe, { scope: 'all', audience: 'x', resource: 'y' })),
  },
  {
    id: 'token.type',
    about,
    title: 'the token is of the type Bearer',
    fact: 'Authentication page: sent as `Authorization: Bearer`; RFC 6749 section 5.1',
    run: async (probe) => {
      const { body } = await anyToken(probe)
      expectThat(String(body?.token_type).toLowerCase() === 'bearer', 'token_type Bearer', body?.token_type)
    },
  },
  {
    id: 'token.expiry',
    about,
    title: 'says in seconds how long it is good for',
    fact: 'RFC 6749 section 5.1: recommended',
    assumed: true,
    run: async (probe) => {
      const { body } = await anyToken(probe)
      expectThat(Number.isInteger(body?.expires_in) && body.expires_in > 0, 'expires_in', body?.expires_in)
    },
  },
  {
    id: 'token.wrongSecret',
    about,
    title: 'a wrong secret gets 400 or 401 invalid_client',
    fact: `${guide} and 5.2`,
    run: async (probe) =>
      expectError(await anyToken(probe, { client_secret: 'wrong' }), [400, 401], ['invalid_client']),
  },
  {
    id: 'token.grant',
    about,
    title: 'another grant gets 400 unsupported_grant_type or unauthorized_client',
    fact: `${guide} and 5.2`,
    run: async (probe) => {
      const answer = await anyToken(probe, { grant_type: 'urn:example:unknown' })
      expectError(answer, [400], ['unsupported_grant_type', 'unauthorized_client'])
    },
  },
]
