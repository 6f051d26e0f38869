import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.js'
import { fillWithRows, type Place, span, start } from './rows.js'
import { type Filter, filters, holds, inOrder, keys } from './trees.js'

let server: TestServer
let place: Place
let now = start

/** Say it again to see the same data and filters. */
const seed = Date.now() % 2 ** 31

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => new Date(now) } })
  place = await fillWithRows(server, 150, seed)
}, 120_000)
afterAll(() => server.stop())

const page = `query ($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int, $after: String, $last: Int, $before: String) {
  conversations(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount isTotalCountExact nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

interface Asked {
  filter: Filter
  asker: number
  /** In s after `start`. */
  at: number
  field: string
  direction: string
  size: number
  way: string
}

describe(`of random data (seed ${seed})`, () => {
  test('a list by any filter, paged in any order forward and back, is the same as brute force', async () => {
    let telling = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          filter: filters(place),
          asker: fc.nat(1),
          at: fc.integer({ min: span.now[0], max: span.now[1] }),
          field: fc.constantFrom(...Object.keys(keys)),
          direction: fc.constantFrom('ASC', 'DESC'),
          size: fc.integer({ min: 7, max: 100 }),
          way: fc.constantFrom('forward', 'back'),
        }),
        async (asked) => {
          now = start + asked.at * 1000
          const whole = expected(asked)
          const { seen, totals } = await paged(asked)
          expect(seen).toEqual(whole)
          if (whole.length > 0 && whole.length < 100) telling++
          for (const total of totals) expect(total).toEqual([whole.length, true])
        },
      ),
      // To shrink would take minutes.
      { numRuns: 400, seed, endOnFailure: true },
    )
    expect(telling).toBeGreaterThan(40)
  }, 240_000)
})

function expected({ filter, asker, field, direction }: Asked): string[] {
  const { name = '', inboxIds = [] } = place.askers[asker] ?? {}
  const listed = place.rows
    .filter((row) => inboxIds.includes(row.inboxId) && holds(filter, row, { name, now }))
    .sort(inOrder(field))
    .map(({ id }) => id)
  return direction === 'ASC' ? listed : listed.reverse()
}

async function paged({ filter, asker, field, direction, size, way }: Asked) {
  const seen: string[] = []
  const totals: [number, boolean][] = []
  for (let cursor: string | null = null; ; ) {
    const range: object = way === 'forward' ? { first: size, after: cursor } : { last: size, before: cursor }
    const variables = { filter, orderBy: { field, direction }, ...range }
    const { conversations } = await server.must(page, variables, place.askers[asker]?.token)
    totals.push([conversations.totalCount, conversations.isTotalCountExact])
    const ids = conversations.nodes.map((node: { id: string }) => node.id)
    if (way === 'forward') seen.push(...ids)
    else seen.unshift(...ids)
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = conversations.pageInfo
    if (!(way === 'forward' ? hasNextPage : hasPreviousPage)) return { seen, totals }
    cursor = way === 'forward' ? endCursor : startCursor
  }
}
