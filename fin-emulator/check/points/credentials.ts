import { createHmac } from 'node:crypto'
import { expectSame, expectThat, type Point } from '../point.js'
import type { CallOptions, Probe } from '../probe.js'

const retry = 'Authentication page: on 401 or 403 Fin fetches a new token and repeats once'

export const credentialPoints: Point[] = [
  {
    id: 'credentials.missing',
    about: 'credentials',
    title: 'a call without a token gets 401',
    fact: retry,
    run: async (probe) => expectSame((await probe.call('get_agents', {}, { token: null })).status, 401),
  },
  {
    id: 'credentials.wrong',
    about: 'credentials',
    title: 'a call with a wrong token gets 401',
    fact: retry,
    run: async (probe) => expectSame((await probe.call('get_agents', {}, { token: 'wrong' })).status, 401),
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
    fact: `${retry}, also after a business refusal`,
    run: async (probe) => {
      const { status } = await probe.call('update_user', { user_id: 'nobody', attributes: { a: 1 } })
      expectThat(status !== 401 && status !== 403, 'neither 401 nor 403', status)
    },
  },
]

type Sign = NonNullable<CallOptions['sign']>

const now = () => Math.floor(Date.now() / 1_000)

/** Signs with another time, text or form than Fin is thought to use. */
function signing(write: (digest: Buffer) => string, { age = 0, key = '', text = '' } = {}): Sign {
  return (secret, signed) => {
    const timestamp = String(now() - age)
    const digest = createHmac('sha256', secret + key)
      .update(`${timestamp}:${signed}${text}`)
      .digest()
    return { 'X-Fin-Request-Timestamp': timestamp, 'X-Fin-Signature': write(digest) }
  }
}

const hex = (digest: Buffer) => digest.toString('hex')

const statusWith = async (probe: Probe, sign: Sign | null) =>
  (await probe.call('get_agents', {}, { sign })).status

const faq = 'FAQ: every request carries X-Fin-Signature, HMAC-SHA256 over timestamp:body'
const form = 'The encoding of the signature is unknown'

/** Looked at where a signing secret is given. */
export const signaturePoints: Point[] = [
  ...(
    [
      ['missing', 'a call without a signature gets 401', null],
      ['wrong', 'a signature with another key gets 401', signing(hex, { key: '!' })],
      ['body', 'a signature over another text gets 401', signing(hex, { text: ' ' })],
      ['stale', 'a signature that is 20 minutes old gets 401', signing(hex, { age: 1_200 })],
    ] as const
  ).map(
    ([name, title, sign]): Point => ({
      id: `signature.${name}`,
      about: 'signature',
      title,
      fact: faq,
      run: async (probe) => expectSame(await statusWith(probe, sign), 401),
    }),
  ),
  ...(
    [
      ['upper', 'hexadecimal in upper case', (digest: Buffer) => hex(digest).toUpperCase()],
      ['prefix', 'hexadecimal with the prefix sha256=', (digest: Buffer) => `sha256=${hex(digest)}`],
      ['base64', 'base64', (digest: Buffer) => digest.toString('base64')],
    ] as const
  ).map(
    ([name, title, write]): Point => ({
      id: `signature.${name}`,
      about: 'signature',
      title: `a signature in ${title} is taken`,
      fact: form,
      assumed: true,
      run: async (probe) => expectSame(await statusWith(probe, signing(write)), 200),
    }),
  ),
  {
    id: 'signature.query',
    about: 'signature',
    title: 'a GET is signed over its parameters, sorted by name',
    fact: 'FAQ: for GET over the parameters sorted alphabetically; their exact text is unknown',
    variant: 'rest',
    assumed: true,
    run: async (probe) => {
      const { status } = await probe.call('get_messages', { conversation_id: 'conv a/b', after_id: 'x' })
      expectThat(status !== 401, 'no 401', status)
    },
  },
]
