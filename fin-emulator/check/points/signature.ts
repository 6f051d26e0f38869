import { createHmac } from 'node:crypto'
import type { CallOptions } from '../calls.js'
import { expectThat, type Point } from '../point.js'
import type { Probe } from '../probe.js'
import { expectRefused, expectTaken } from './expect.js'

type Sign = NonNullable<CallOptions['sign']>

const day = 86_400

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

const callWith = (probe: Probe, sign: Sign | null) => probe.call('get_agents', {}, { sign })

/** Looked at where a signing secret is given. */
export const signaturePoints: Point[] = [
  ...(
    [
      ['missing', 'a call without a signature is refused', null],
      ['wrong', 'a signature with another key is refused', signing(hex, { key: '!' })],
      ['body', 'a signature over another text is refused', signing(hex, { text: ' ' })],
    ] as const
  ).map(
    ([name, title, sign]): Point => ({
      id: `signature.${name}`,
      about: 'signature',
      title,
      fact: 'FAQ of the POST-only variant: HMAC-SHA256 over timestamp:body; the other is silent on signatures',
      assumed: 'rest',
      run: async (probe) => expectRefused(await callWith(probe, sign)),
    }),
  ),
  {
    id: 'signature.stale',
    about: 'signature',
    title: 'a signature that is 30 days old is refused',
    fact: 'FAQ: suggested; the limit is the helpdesk’s choice',
    assumed: true,
    run: async (probe) => expectRefused(await callWith(probe, signing(hex, { age: 30 * day }))),
  },
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
      fact: 'The encoding of the signature is unknown',
      assumed: true,
      run: async (probe) => expectTaken(await callWith(probe, signing(write))),
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
      expectThat(status !== 401 && status !== 403, 'neither 401 nor 403', status)
    },
  },
]
