import { ValidationError } from '../src/errors.js'
import { type NodeType, storedId } from '../src/ids.js'

const largest = 100
const usual = 25

export interface PageArguments {
  first?: number | null
  after?: string | null
  last?: number | null
  before?: string | null
}

/** What a page asks for, in one direction. */
export interface Slice {
  limit: number
  /** From the end backwards: `last` was asked for. */
  backwards: boolean
  /** The cursor to begin beyond. */
  beyond: string | null
}

/** Reads the four Relay arguments; throws ValidationError when they contradict each other. */
export function sliceOf({ first, after, last, before }: PageArguments): Slice {
  if (first != null && last != null) throw new ValidationError('last', 'Ask for `first` or `last`, not both.')
  if (before != null && last == null) throw new ValidationError('before', '`before` goes with `last`.')
  if (after != null && last != null) throw new ValidationError('after', '`after` goes with `first`.')
  const limit = first ?? last ?? usual
  const field = last != null ? 'last' : 'first'
  if (limit < 1 || limit > largest) throw new ValidationError(field, `A page has 1 to ${largest} entries.`)
  return last != null
    ? { limit, backwards: true, beyond: before ?? null }
    : { limit, backwards: false, beyond: after ?? null }
}

/**
 * A page in the list's own order, from rows that were read in the slice's direction with one more than its limit.
 */
export function connectionOf<Row>(rows: Row[], slice: Slice, cursorOf: (row: Row) => string) {
  const more = rows.length > slice.limit
  const page = rows.slice(0, slice.limit)
  if (slice.backwards) page.reverse()
  const edges = page.map((node) => new Edge(node, cursorOf))
  return {
    edges,
    pageInfo: {
      hasNextPage: slice.backwards ? slice.beyond !== null : more,
      hasPreviousPage: slice.backwards ? more : slice.beyond !== null,
      get startCursor() {
        return edges[0]?.cursor ?? null
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null
      },
    },
  }
}

/** Most clients ask for no cursors but the last. */
class Edge<Row> {
  readonly node: Row
  readonly #cursorOf: (row: Row) => string

  constructor(node: Row, cursorOf: (row: Row) => string) {
    this.node = node
    this.#cursorOf = cursorOf
  }

  get cursor() {
    return this.#cursorOf(this.node)
  }
}

/** A cursor that carries its list's order; opaque to clients. */
export function encodeCursor(order: string, ...parts: (string | number)[]): string {
  return Buffer.from([order, ...parts].join('|')).toString('base64url')
}

/** The parts of a cursor of this order; throws ValidationError for any other text. */
export function decodeCursor(order: string, cursor: string, field: string): string[] {
  const [of, ...parts] = Buffer.from(cursor, 'base64url').toString().split('|')
  if (of !== order || parts.length === 0) {
    throw new ValidationError(
      field,
      'This cursor is not one of this list in this order. Start again without it.',
    )
  }
  return parts
}

/** Part of a list that is ordered by a number: what is between two of them (both exclusive), from the start or from the end. */
export interface NumberRange {
  after: number
  /** Null: up to the last. */
  before: number | null
  limit: number
  fromEnd: boolean
}

/**
 * The part that a slice asks for, and one entry more, of a list whose cursors hold a number up to `most`. Throws
 * ValidationError for any other cursor.
 */
export function rangeOf(order: string, { beyond, backwards, limit }: Slice, most: number): NumberRange {
  const number = beyond === null ? null : cursorNumber(order, beyond, backwards ? 'before' : 'after', most)
  return {
    after: backwards ? 0 : (number ?? 0),
    before: backwards ? number : null,
    limit: limit + 1,
    fromEnd: backwards,
  }
}

function cursorNumber(order: string, cursor: string, field: string, most: number): number {
  const [digits = ''] = decodeCursor(order, cursor, field)
  if (!/^\d+$/.test(digits) || Number(digits) > most) {
    throw new ValidationError(field, 'This cursor is damaged. Start again without it.')
  }
  return Number(digits)
}

/** The stored id in a cursor that holds one; throws ValidationError for any other text. */
export function cursorId(type: NodeType, order: string, cursor: string, field: string): string {
  const [id = ''] = decodeCursor(order, cursor, field)
  const uuid = storedId(type, id)
  if (!uuid) throw new ValidationError(field, 'This cursor is damaged. Start again without it.')
  return uuid
}
