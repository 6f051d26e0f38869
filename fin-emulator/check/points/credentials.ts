import type { Answer } from '../calls.js'
import { expectThat, type Point } from '../point.js'

const retry = 'Authentication page: on 401 or 403 Fin fetches a new token and repeats once'

const isClosed = ({ status }: Answer) => status === 401 || status === 403

function expectClosed(answer: Answer): void {
  expectThat(isClosed(answer), 'HTTP 401 or 403', answer.status)
}

export const credentialPoints: Point[] = [
  {
    id: 'credentials.missing',
    about: 'credentials',
    title: 'a call without a token gets 401 or 403',
    fact: retry,
    run: async (probe) => expectClosed(await probe.call('get_agents', {}, { token: null })),
  },
  {
    id: 'credentials.wrong',
    about: 'credentials',
    title: 'a call with a wrong token gets 401 or 403',
    fact: retry,
    run: async (probe) => expectClosed(await probe.call('get_agents', {}, { token: 'wrong' })),
  },
  {
    id: 'credentials.challenge',
    about: 'credentials',
    title: '401 carries a Bearer challenge',
    fact: 'Not on the pages; RFC 9110 section 11.6.1, RFC 6750 section 3',
    assumed: true,
    run: async (probe) => {
      const { status, headers } = await probe.call('get_user', { user_id: 'any' }, { token: 'wrong' })
      const challenge = headers['www-authenticate']
      expectThat(
        status !== 401 || /^Bearer\b/i.test(String(challenge)),
        'WWW-Authenticate: Bearer',
        challenge,
      )
    },
  },
  {
    id: 'credentials.only',
    about: 'credentials',
    title: '401 and 403 mean the token and nothing else',
    fact: 'Not on the pages, but Fin fetches a token and repeats after a business refusal too',
    assumed: true,
    run: async (probe) => {
      const answer = await probe.call('update_user', { user_id: 'nobody', attributes: { a: 1 } })
      expectThat(!isClosed(answer), 'neither 401 nor 403', answer.status)
    },
  },
]
