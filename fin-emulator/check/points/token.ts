import { expectSame, expectThat, type Point } from '../point.js'
import type { Answer, Probe } from '../probe.js'

const about = 'token' as const
const guide = 'Authentication page: two-legged OAuth, RFC 6749 section 4.4'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

function credentials({ connection }: Probe, more: Record<string, string> = {}) {
  const { clientId = '', clientSecret = '' } = connection
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...more }
}

const formOf = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()

const tokenByBody = (probe: Probe, more?: Record<string, string>) =>
  probe.token(formOf(credentials(probe, more)), form)

function tokenByBasic(probe: Probe) {
  const { client_id, client_secret, grant_type } = credentials(probe)
  const pair = [client_id, client_secret].map(encodeURIComponent).join(':')
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  return probe.token(formOf({ grant_type }), { ...form, authorization })
}

/** By whichever of the usual ways the helpdesk gives one. */
export async function anyToken(probe: Probe): Promise<Answer> {
  const answer = await tokenByBody(probe)
  return answer.status < 300 ? answer : tokenByBasic(probe)
}

function expectToken({ status, body }: { status: number; body: { access_token?: unknown } | null }) {
  expectThat(status < 300 && typeof body?.access_token === 'string', 'a token', { status, body })
}

/** What Fin needs of a token endpoint; not looked at where a fixed token is used. */
export const tokenPoints: Point[] = [
  {
    id: 'token.body',
    about,
    title: 'credentials in the body, as a form',
    fact: guide,
    run: async (probe) => expectToken(await tokenByBody(probe)),
  },
  {
    id: 'token.basic',
    about,
    title: 'credentials as Basic',
    fact: 'Not on the pages; RFC 6749 section 2.3.1',
    assumed: true,
    run: async (probe) => expectToken(await tokenByBasic(probe)),
  },
  {
    id: 'token.json',
    about,
    title: 'credentials in a JSON body',
    fact: 'Not on the pages; the content type of the request is unknown',
    assumed: true,
    run: async (probe) =>
      expectToken(
        await probe.token(JSON.stringify(credentials(probe)), { 'content-type': 'application/json' }),
      ),
  },
  {
    id: 'token.unknown',
    about,
    title: 'a scope and unknown parameters are ignored',
    fact: 'Not on the pages; RFC 6749 section 3.2',
    assumed: true,
    run: async (probe) =>
      expectToken(await tokenByBody(probe, { scope: 'all', audience: 'x', resource: 'y' })),
  },
  {
    id: 'token.type',
    about,
    title: 'the token is of the type Bearer',
    fact: 'Authentication page: sent as `Authorization: Bearer`',
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
    title: 'a wrong secret gets 401 invalid_client',
    fact: `${guide} and 5.2`,
    run: async (probe) => {
      const { status, body } = await tokenByBody(probe, { client_secret: 'wrong' })
      expectSame([status, body?.error], [401, 'invalid_client'])
    },
  },
  {
    id: 'token.grant',
    about,
    title: 'another grant gets 400 unsupported_grant_type',
    fact: `${guide} and 5.2`,
    run: async (probe) => {
      const { status, body } = await tokenByBody(probe, { grant_type: 'urn:example:unknown' })
      expectSame([status, body?.error], [400, 'unsupported_grant_type'])
    },
  },
]
