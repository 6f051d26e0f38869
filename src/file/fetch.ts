import { isIP } from 'node:net'
import { Agent, type Dispatcher, request } from 'undici'
import { checkAddress, checkedConnect, RefusedAddress } from '../address.js'

/** A file on its way. */
export interface Fetched {
  contentType: string
  /** Throws FileRefused when it turns out too large. */
  content: AsyncIterable<Uint8Array>
}

/** A file that will not be had, however often it is asked for; the message says why, for people. */
export class FileRefused extends Error {}

/** A file that could not be had this time. */
export class FileUnavailable extends Error {
  constructor(
    message: string,
    /** As the server asked; null when it did not. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message)
  }
}

export interface FetchOptions {
  /** In bytes. */
  largest: number
  /** Whether private addresses may be reached. */
  allowPrivate: boolean
  /** A certificate authority to trust besides the usual. */
  ca?: string
}

const timeout = 10_000
const mostRedirects = 3

/** Fetches files over https from public addresses; each address of a name, and of a redirect, is checked before it is used. */
export function openFetcher({ largest, allowPrivate, ca }: FetchOptions) {
  const rules = { secure: true, allowPrivate }
  const agent = new Agent({
    connections: 8,
    connect: { timeout, ...checkedConnect(rules), ca },
    headersTimeout: timeout,
    bodyTimeout: timeout,
  })

  async function fetch(address: string, signal: AbortSignal, redirects = 0): Promise<Fetched> {
    const url = URL.canParse(address) ? new URL(address) : null
    if (url?.protocol !== 'https:') throw new FileRefused(`${address.slice(0, 100)} is not an https address.`)
    // A literal address is never looked up.
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal)) checkAddress(url.hostname, literal, rules)
    const headers = { 'accept-encoding': 'identity', 'user-agent': 'Graphdesk' }
    const response = await request(url, { dispatcher: agent, signal, headers })
    const { statusCode, headers: answered } = response
    if (statusCode === 200) return { contentType: typeOf(answered), content: limited(response) }
    response.body.on('error', () => undefined).destroy()
    const { location } = answered
    if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
      if (redirects === mostRedirects) throw new FileRefused('It was redirected too often.')
      return fetch(new URL(location, url).href, signal, redirects + 1)
    }
    const said = `The server answered ${statusCode}.`
    if (statusCode < 500 && statusCode !== 408 && statusCode !== 429) throw new FileRefused(said)
    const seconds = Number(answered['retry-after'])
    throw new FileUnavailable(said, Number.isFinite(seconds) ? seconds : null)
  }

  function limited({ headers, body }: Dispatcher.ResponseData): AsyncIterable<Uint8Array> {
    const tooLarge = () => new FileRefused(`It is larger than ${largest} bytes.`)
    const encoding = headers['content-encoding']
    const isEncoded = encoding !== undefined && encoding !== 'identity'
    if (isEncoded || Number(headers['content-length']) > largest) {
      body.on('error', () => undefined).destroy()
      throw isEncoded
        ? new FileRefused(`The server sent it as ${encoding}, which nobody asked for.`)
        : tooLarge()
    }
    return (async function* () {
      let size = 0
      for await (const part of body) {
        size += part.length
        if (size > largest) throw tooLarge()
        yield part
      }
    })()
  }

  return {
    /** Throws FileRefused, FileUnavailable, or what the network says. */
    async fetch(address: string, signal: AbortSignal): Promise<Fetched> {
      try {
        return await fetch(address, signal)
      } catch (error) {
        // A look-up's refusal arrives as the cause of a failed connection, or itself.
        const { cause } = error as Error
        const refusal = [error, cause].find((one) => one instanceof RefusedAddress)
        throw refusal ? new FileRefused((refusal as Error).message) : error
      }
    },
    close: () => agent.destroy(),
  }
}

/** As the server says, if that is a type at all. */
function typeOf(headers: Dispatcher.ResponseData['headers']): string {
  const type =
    String(headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? ''
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream'
}
