import type { IncomingMessage } from 'node:http'
import { type ParsedUrlQuery, parse } from 'node:querystring'
import type { IntegrationActor } from '../src/actor.js'
import { targetOf } from '../src/request/target.js'

/** One request on its way, and what becomes known of it. */
export interface Call {
  request: IncomingMessage
  method: string
  /** From the root on. */
  path: string
  /** As it came: signatures are over it. */
  search: string
  query: ParsedUrlQuery
  /** As it came, unpacked: signatures are over it. */
  bytes: Buffer
  /** The JSON in it; undefined until the caller is known, and when nothing was sent. */
  body: object | null | undefined
  actor: IntegrationActor | null
  identity?: Promise<IntegrationActor | null>
  /** For the integration's own record of its calls. */
  trace: CallTrace
}

export interface CallTrace {
  integrationId: string | null
  /** The operationId. */
  operation: string | null
  /** What the caller was told was wrong. */
  problem: string | null
}

export function callOf(request: IncomingMessage): Call {
  const { path, query: search } = targetOf(request)
  return {
    request,
    method: request.method ?? '',
    path,
    search,
    query: parse(search),
    bytes: nothing,
    body: undefined,
    actor: null,
    trace: { integrationId: null, operation: null, problem: null },
  }
}

const nothing = Buffer.alloc(0)
