import { createHash } from 'node:crypto'
import type { UnreadValue } from '../src/integration/log.js'
import { fits } from './formats.js'

/** More would not fit into an index: a hash stands for a longer one. */
const longestIdentifier = 255
/** Of one request, apart from the count of all others. */
const mostNoted = 100

/**
 * Reads one object of Fin's requests, field by field. Missing, null and empty are all `null`. A value of another kind
 * than expected counts as missing too, and is noted, so that nothing is lost and no sync fails for it.
 */
export interface Reading {
  /** The fields as they came. */
  given: Record<string, unknown>
  /** Text as it is, a number as text. */
  text(field: string): string | null
  /** Text that identifies something, or a whole number as text. */
  identifier(field: string): string | null
  email(field: string): string | null
  uri(field: string): string | null
  /** One of these texts, in any case. */
  choice<Choice extends string>(field: string, choices: readonly Choice[]): Choice | null
  /** A moment from 1970 to 9999, in the one form that is stored; UTC unless it says otherwise. */
  time(field: string): string | null
  /** An object with any values. */
  attributes(field: string): Record<string, unknown> | null
  list(field: string): unknown[] | null
  /** The elements of a list, each to be read in turn; empty ones where they are no objects. */
  items(field: string): Reading[] | null
  /** An inner object to read in turn; an empty one when there is none. */
  inner(field: string): Reading
  /** Notes a value that is not taken as it came. */
  note(field: string, value: unknown, detail: string): void
}

/** Begins to read; what is odd goes to `unread`, named by its path. */
export function readingOf(given: Record<string, unknown>, unread: UnreadValue[], path = ''): Reading {
  const note: Reading['note'] = (field, value, detail) => {
    if (unread.length > mostNoted || unread.some((noted) => noted.field === path + field)) return
    unread.push(
      unread.length < mostNoted
        ? { field: path + field, value, detail: `${path}${field} ${detail}` }
        : {
            field: 'body',
            detail: `More than ${mostNoted} values could not be read: the others are not listed`,
          },
    )
  }

  const list = (field: string) => read(field, 'a list', (value) => (Array.isArray(value) ? value : null))

  /** What `take` makes of a value; noted when it makes nothing of something. */
  function read<Value>(
    field: string,
    expected: string,
    take: (value: unknown) => Value | null,
  ): Value | null {
    const value = given[field]
    if (value === undefined || value === null || value === '') return null
    const taken = take(value)
    if (taken === null) note(field, value, `is not ${expected}: it was left out`)
    return taken
  }

  return {
    given,
    note,
    text: (field) => read(field, 'a text', text),
    identifier: (field) => read(field, 'an identifier', identifier),
    email: (field) => read(field, 'an e-mail address', (value) => textOf('email', value)),
    uri: (field) => read(field, 'an address', (value) => textOf('uri', value)),
    choice: (field, choices) =>
      read(field, `one of ${choices.join(', ')}`, (value) => {
        const wanted = text(value)?.toLowerCase()
        return choices.find((choice) => choice === wanted) ?? null
      }),
    time: (field) => read(field, 'a time', time),
    attributes: (field) => read(field, 'an object', object),
    list,
    items: (field) =>
      list(field)?.map((item, index) => readingOf(object(item) ?? {}, unread, `${path}${field}.${index}.`)) ??
      null,
    inner: (field) => readingOf(read(field, 'an object', object) ?? {}, unread, `${path}${field}.`),
  }
}

/** Text as it is, a number as text; null when missing or empty. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** A number beyond the safe ones has lost its last digits, and would be somebody else's. */
function identifier(value: unknown): string | null {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return null
  const given = text(value)
  if (given === null || given.length <= longestIdentifier) return given
  return `sha256 ${createHash('sha256').update(given).digest('hex')}`
}

function textOf(format: 'email' | 'uri', value: unknown): string | null {
  const given = typeof value === 'string' ? value.trim() : null
  return fits(format, given) ? given : null
}

/** An object, not an array. */
export function object(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

const iso8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

function time(value: unknown): string | null {
  const given = text(value)?.trim()
  const match = given && iso8601.exec(given)
  if (!match) return null
  const moment = new Date(match[1] || !given.includes(':') ? given : `${given}Z`)
  const last = Date.UTC(10_000, 0) - 1
  return moment.getTime() >= 0 && moment.getTime() <= last ? moment.toISOString() : null
}
