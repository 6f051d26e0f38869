import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DocumentNode } from 'graphql'
import type { Settled } from '../execution/execution.js'
import type { Caller } from './bearer.js'

/** One operation on its way, and what its steps leave to each other. A socket's has no request and no response. */
export interface Exchange {
  caller?: Caller
  /** What the short way has settled before it gave up. */
  settled?: Settled
  /** What the general way executed. */
  document?: DocumentNode
}

export interface HttpExchange extends Exchange {
  /** With its JSON, where GraphQL Yoga looks for it. */
  request: IncomingMessage & { body?: unknown }
  response: ServerResponse
}

/** What GraphQL Yoga carries from the request to the plugins. */
export interface Carried {
  exchange: Exchange | HttpExchange
}
