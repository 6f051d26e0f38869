import type { UnreadValue } from '../src/integration/log.js'
import type { Reading } from './fields.js'

export type Variables = Record<string, unknown>

/** A request of either variant: what it says, wherever it says it. */
export interface FinRequest {
  /** The query of a GET, else the body; already valid by the contract. */
  parameters: Record<string, unknown>
  /** The same, read tolerantly. */
  read: Reading
  /** What could not be read; complete once all is read. Goes into a mutation's input, to be kept with the change. */
  unread: readonly UnreadValue[]
}

/** One of the nine operations: a GraphQL document, and the way there and back. */
export interface Operation<Data extends object = object> {
  /** A mutation is aliased `result` and selects `...Refusal`; `respond` sees only its payload. */
  document: string
  /** Whether it creates something: 201, else 200. */
  creates: boolean
  variables(request: FinRequest): Variables
  /** The variables of another run, when this one's answer is not the whole; null when it is. */
  next?(data: Data, request: FinRequest): Variables | null
  /** What the client gets, in Fin's shapes. `pages` are the answers of all runs, `data` the first. */
  respond(data: Data, request: FinRequest, pages: Data[]): unknown
  /** The name in the request of a GraphQL input field; the same when left out. */
  restField?(field: string): string
}
