import type { GraphQLResolveInfo } from 'graphql'
import type { SentRow } from '../database/sentRow.js'
import type { Text } from './text.js'

/** What fields of the root gave, by their names in the result: none of them is asked twice. */
export type Settled = ReadonlyMap<string, () => unknown>

/** What is the same for all of one execution. */
export interface Execution {
  context: unknown
  /** Coerced. */
  variables: Record<string, unknown>
  /** What a field's resolver is given, by the field's number, once it was asked for. */
  given: Given[]
  settled: Map<string, () => unknown>
}

export interface Given {
  args: Record<string, unknown>
  info: GraphQLResolveInfo
}

/** Writes what a resolver gave. Throws, or rejects, for whatever is not plain success. */
export type Write = (text: Text, value: unknown, execution: Execution) => void

/** A field of an object, by its name in the result. */
export interface WrittenField {
  key: string
  /** Where it is in a row that was left as it was sent. */
  find: FindInRow
  resolve(source: unknown, execution: Execution): unknown
  write: Write
}

type Sent = SentRow['sent']
export type Places = SentRow['places']

/** JSON of a field from a row as it was sent. Throws where the general way has an error to tell. */
export type WriteSent = (sent: Sent) => string

/** A field in a row: made of its columns alone, or a column of JSON whose value is what the resolver would give. */
export type InRow = { text: WriteSent } | { json: number }

/** Finds a field among columns whose paths begin with `prefix`; null: its resolver has to be asked. */
export type FindInRow = (places: Places, prefix: string) => InRow | null
