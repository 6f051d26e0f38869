import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { type Place, priorities, type Row, span, start, statuses, values } from './rows.js'

interface Span {
  after?: string
  before?: string
  afterAgo?: number
  beforeAgo?: number
}

/** Who asks, and when. */
export interface Asking {
  name: string
  now: number
}

/** As a client writes it. */
export interface Filter {
  and?: Filter[]
  or?: Filter[]
  not?: Filter
  inboxId?: string
  status?: string[]
  assigneeId?: string
  assignedToMe?: boolean
  unassigned?: boolean
  endUserId?: string
  teamId?: string
  noTeam?: boolean
  heldByFin?: boolean
  handedOff?: boolean
  waiting?: boolean
  unread?: boolean
  mentioned?: boolean
  priority?: string[]
  tagIds?: string[]
  attribute?: { key: string; value?: unknown; exists?: boolean }
  text?: string
  createdAt?: Span
  lastActivityAt?: Span
  waitingSince?: Span
  snoozedUntil?: Span
}

type Tests = {
  [Field in keyof Required<Filter>]: (asked: Required<Filter>[Field], row: Row, asking: Asking) => boolean
}

/** What each condition means, row by row. */
const tests: Tests = {
  and: (all, row, asking) => all.every((one) => holds(one, row, asking)),
  or: (all, row, asking) => all.some((one) => holds(one, row, asking)),
  not: (one, row, asking) => !holds(one, row, asking),
  inboxId: (id, row) => row.inboxId === id,
  status: (some, row) => some.includes(row.status),
  assigneeId: (id, row) => row.assigneeId === id,
  assignedToMe: (asked, row, { name }) => asked === (row.holder === name),
  unassigned: (asked, row) => !asked || row.assigneeId === null,
  endUserId: (id, row) => row.endUserId === id,
  teamId: (id, row) => row.teamId === id,
  noTeam: (asked, row) => asked === (row.teamId === null),
  heldByFin: (asked, row) => asked === row.isHeldByBot,
  handedOff: (asked, row) => asked === (row.handedOffAt !== null),
  waiting: (asked, row) => asked === (row.waitingSince !== null),
  unread: (asked, row, { name }) => asked === row.messages.length > (row.read[name] ?? 0),
  mentioned: (asked, row, { name }) => asked === row.mentions.includes(name),
  priority: (some, row) => some.includes(row.priority),
  tagIds: (ids, row) => ids.some((id) => row.tagIds.includes(id)),
  attribute: ({ key, value, exists = true }, row) =>
    value === undefined
      ? exists === key in row.attributes
      : key in row.attributes && isDeepStrictEqual(row.attributes[key], value),
  text: (asked, row) =>
    [row.title ?? '', row.endUser.name, row.endUser.email, ...row.messages.map(({ text }) => text)].some(
      (place) => isFound(asked, place),
    ),
  createdAt: (span, row, { now }) => isWithin(span, row.createdAt, now),
  lastActivityAt: (span, row, { now }) => isWithin(span, row.lastActivityAt, now),
  waitingSince: (span, row, { now }) => isWithin(span, row.waitingSince, now),
  snoozedUntil: (span, row, { now }) => isWithin(span, row.snoozedUntil, now),
}

export function holds(filter: Filter, row: Row, asking: Asking): boolean {
  return Object.entries(filter).every(([field, asked]) =>
    (tests[field as keyof Filter] as (asked: unknown, row: Row, asking: Asking) => boolean)(
      asked,
      row,
      asking,
    ),
  )
}

function isWithin({ after, before, afterAgo, beforeAgo }: Span, at: number | null, now: number): boolean {
  return (
    at !== null &&
    (!after || at >= Date.parse(after)) &&
    (!before || at < Date.parse(before)) &&
    (afterAgo === undefined || at >= now - afterAgo * 1000) &&
    (beforeAgo === undefined || at < now - beforeAgo * 1000)
  )
}

/** JavaScript's lower case is the database's for what the tests say; letters younger than its Unicode may differ. */
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('\u0307', '')
    .replaceAll('ς', 'σ')
    .replaceAll('ı', 'i')
    .replaceAll('ß', 'ss')

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+/u
const runs = new RegExp(`${unspaced.source}|(?:(?!${unspaced.source})[\\p{L}\\p{N}])+`, 'gu')

/** Of a text that sets no space between words, every two neighbours; a letter alone where it is all that is asked. */
const wordsOf = (text: string): string[] =>
  (folded(text).match(runs) ?? []).flatMap((run) =>
    unspaced.test(run) && run.length > 1
      ? Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2))
      : [run],
  )

function isFound(asked: string, place: string): boolean {
  const words = wordsOf(asked)
  const there = wordsOf(place)
  return (
    words.length > 0 &&
    words.every((word, at) =>
      word.length === 1 && unspaced.test(word)
        ? folded(place).includes(word)
        : there.includes(word) ||
          (at === words.length - 1 && word.length >= 3 && there.some((one) => one.startsWith(word))),
    )
  )
}

/** Random filters with filters in them. */
export function filters(place: Place): fc.Arbitrary<Filter> {
  const spanOf = ([min, max]: readonly [number, number]) => {
    const moment = fc.integer({ min, max }).map((seconds) => new Date(start + seconds * 1000).toISOString())
    const ago = fc.integer({ min: span.now[0] - max, max: span.now[1] - min })
    return fc.record({ after: moment, before: moment, afterAgo: ago, beforeAgo: ago }, { requiredKeys: [] })
  }
  const some = (all: string[]) => fc.array(fc.constantFrom(...all), { maxLength: all.length })
  const leaves: { [Field in keyof Filter]: fc.Arbitrary<Filter[Field]> } = {
    inboxId: fc.constantFrom(...place.inboxIds, 'inbox_none'),
    status: some(statuses),
    assigneeId: fc.constantFrom(...place.agentIds, 'agent_none'),
    assignedToMe: fc.boolean(),
    unassigned: fc.boolean(),
    endUserId: fc.constantFrom(...place.endUserIds, 'user_none'),
    teamId: fc.constantFrom(...place.teamIds, 'team_none'),
    noTeam: fc.boolean(),
    heldByFin: fc.boolean(),
    handedOff: fc.boolean(),
    waiting: fc.boolean(),
    unread: fc.boolean(),
    mentioned: fc.boolean(),
    priority: some(priorities),
    tagIds: some([...place.tagIds.flat(), 'tag_none']),
    attribute: fc.oneof(
      fc.record({ key: fc.constantFrom('plan', 'size', 'none'), value: fc.constantFrom(...values) }),
      fc.record(
        { key: fc.constantFrom('plan', 'size', 'none'), exists: fc.boolean() },
        { requiredKeys: ['key'] },
      ),
    ),
    text: fc.constantFrom(
      'refund',
      'REFUNDS',
      'ref',
      'parc',
      'parcel',
      'parcel 47',
      'parcel 471',
      '4711 a',
      'zo',
      'Zoë',
      'eve@ma',
      'eve@mai',
      'b',
      'überw',
      'ÜBERWEISUNG иван',
      'öztürk ИВАН',
      'Öztü',
      'strasse',
      'STRAß',
      'ẞ',
      'σίσυφος',
      'ΣΊΣ',
      'izmir',
      '配送',
      '配送が遅れ sk12',
      'SK12の',
      '金',
      '送れ',
      'ｶﾞｽ',
      '배송',
      '“–”',
      '!?',
      '',
    ),
    createdAt: spanOf(span.past),
    lastActivityAt: spanOf(span.past),
    waitingSince: spanOf(span.past),
    snoozedUntil: spanOf(span.future),
  }
  const leaf = fc
    .uniqueArray(fc.constantFrom(...(Object.keys(leaves) as (keyof typeof leaves)[])), {
      minLength: 1,
      maxLength: 2,
    })
    .chain((fields) =>
      fc.tuple(
        ...fields.map((field) =>
          (leaves[field] as fc.Arbitrary<unknown>).map((value) => [field, value] as const),
        ),
      ),
    )
    .map((entries): Filter => Object.fromEntries(entries))
    .map(
      ({ unassigned, ...filter }): Filter =>
        filter.assigneeId !== undefined || filter.assignedToMe || unassigned === undefined
          ? filter
          : { ...filter, unassigned },
    )
  // Most of what is asked is one of several, so that lists are seldom empty.
  const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((or) => ({ or })),
      fc.array(tie('tree'), { maxLength: 2 }).map((and) => ({ and })),
      tie('tree').map((not) => ({ not })),
      fc
        .tuple(leaf, fc.array(tie('tree'), { maxLength: 3 }), tie('tree'))
        .map(([own, or, not]) => ({ ...own, or, not })),
    ),
  }))
  return tree.filter((filter) => sizeOf(filter) <= mostConditions)
}

const mostConditions = 50

function sizeOf({ and = [], or = [], not, ...own }: Filter, least = 0): number {
  const within = [...and, ...or, ...(not ? [not] : [])]
  return within.reduce((size, one) => size + sizeOf(one, 1), Math.max(least, Object.keys(own).length))
}

export const keys: Record<string, (row: Row) => number[]> = {
  LAST_ACTIVITY: (row) => [row.lastActivityAt],
  CREATED: (row) => [row.createdAt],
  WAITING_SINCE: (row) => [row.waitingSince ?? Number.POSITIVE_INFINITY],
  SNOOZED_UNTIL: (row) => [row.snoozedUntil ?? Number.POSITIVE_INFINITY],
  PRIORITY: (row) => [priorities.indexOf(row.priority), row.lastActivityAt],
}

/** Ascending, by a list's keys and then by id. */
export function inOrder(field: string) {
  const keysOf = keys[field] as (row: Row) => number[]
  return (a: Row, b: Row): number => {
    const others = keysOf(b)
    const [first] = keysOf(a).flatMap((key, index) => {
      const other = others[index] as number
      return key === other ? [] : [key < other ? -1 : 1]
    })
    return first ?? (a.id < b.id ? -1 : 1)
  }
}
