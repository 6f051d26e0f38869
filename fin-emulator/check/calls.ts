import { type Dispatcher, request } from 'undici'
import { tokenAddress, type VariantName } from '../connection.js'
import { signatureHeaders, sortedParameters } from '../signature.js'
import type { Operation, Variant } from '../variant.js'
import { postsVariant } from '../variantPosts.js'
import { restVariant } from '../variantRest.js'
import { addressOf, type Checked } from './address.js'

/** How a helpdesk answered. */
export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Parsed; null when it is no JSON. */
  body: Json
  /** What the answer is about, out of any envelope, also one that the variant does not have. */
  object: Json
}

// biome-ignore lint/suspicious/noExplicitAny: what a foreign helpdesk answers is found out by looking
export type Json = any

export interface CallOptions {
  /** In place of the token; null: none. */
  token?: string | null
  /** In place of the signature, which is null for none. */
  sign?: ((secret: string, signed: string) => Record<string, string>) | null
  /** In place of the parameters: a body as it is sent. */
  raw?: string
}

/** Requests of one helpdesk in one variant, answered in whichever way. */
export interface Calls {
  call(operation: Operation, parameters?: object, options?: CallOptions): Promise<Answer>
  /** A request of the token endpoint. */
  token(body: string | null, headers: Record<string, string>): Promise<Answer>
}

const variants: Record<VariantName, Variant> = { posts: postsVariant, rest: restVariant }

/** `token` opens the helpdesk, `dispatcher` carries the requests. */
export function createCalls(connection: Checked, token: string, dispatcher: Dispatcher): Calls {
  const { routes } = variants[connection.variant]

  async function exchange(
    url: string | URL,
    method: Dispatcher.HttpMethod,
    headers: object,
    body: string | null,
  ) {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: headers as Record<string, string>,
      body,
    })
    const parsed = parse(await answer.body.text())
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: parsed,
      object: parsed?.data ?? parsed,
    }
  }

  return {
    async call(operation, parameters = {}, options = {}) {
      const { method, path } = routes[operation]
      const url = addressOf(connection, operation, path)
      if (method === 'GET') {
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value))
      }
      const body = method === 'GET' ? null : (options.raw ?? JSON.stringify(parameters))
      const bearer = options.token === undefined ? token : options.token
      const sign = options.sign === undefined ? signatureHeaders : options.sign
      const headers = {
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
        ...(body !== null && { 'content-type': 'application/json' }),
        ...(connection.signingSecret &&
          sign?.(connection.signingSecret, body ?? sortedParameters(url.searchParams))),
      }
      return exchange(url, method, headers, body)
    },
    token: (body, headers) => exchange(tokenAddress(connection), 'POST', headers, body),
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
