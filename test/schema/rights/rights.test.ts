import type { GraphQLObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.js'
import { OverloadedError } from '../../../src/errors.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { connect } from '../../support/socket.js'
import { inputFor } from './calls.js'
import { probeFor } from './probes.js'
import { hearing } from './streams.js'
import { columns, type Outcome, type Row, rowsOf } from './table.js'
import { type Caller, type Inbox, type Place, type Role, roles, startPlace } from './world.js'

// Every operation as every role, in an inbox of theirs and in another, against the tables of docs/rights.md.
let server: TestServer
let place: Place
let start: string
/** Happened last in an inbox that all roles see. */
let last: { conversationId: string; inboxId: string }

beforeAll(async () => {
  server = await startTestServer({ database: { poolSize: 10 } })
  place = await startPlace(server)
  start = Buffer.from(`${server.app.log}.0`).toString('base64url')
  last = { inboxId: place.own.inboxId, conversationId: await server.conversation(place.own.inboxId) }
}, 120_000)
afterAll(async () => {
  await server.stop()
  // Some two hundred webhooks were made, each with a listener: a busy machine may say that it is one.
  expect(server.faults.filter((fault) => !(fault instanceof OverloadedError))).toEqual([])
}, 120_000)

const mutations = rowsOf('mutation')
const queries = rowsOf('query')
const subscriptions = rowsOf('subscription')

test('the tables list every operation, every type that node finds, and nothing else', () => {
  const fieldsOf = (type: unknown) => Object.keys((type as GraphQLObjectType).getFields()).sort()
  const listed = (rows: Row[]) => [...new Set(rows.map(({ field }) => field))].sort()
  expect(listed(mutations)).toEqual(fieldsOf(schema.getMutationType()))
  expect(listed(queries)).toEqual(fieldsOf(schema.getQueryType()))
  expect(listed(subscriptions)).toEqual(fieldsOf(schema.getSubscriptionType()))
  const node = schema.getType('Node') as never
  const types = schema.getPossibleTypes(node).map(({ name }) => name)
  expect(queries.filter(({ field }) => field === 'node').map(({ variant }) => variant)).toEqual(types.sort())
  for (const rows of [mutations, queries, subscriptions])
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
  for (const { name, expected } of [...mutations, ...queries])
    expect(Object.keys(expected), name).toEqual([...columns])
})

describe('query', () => {
  test.each(queries)('$name', async (row) => {
    const ask = async (caller: Caller, inbox: Inbox): Promise<Outcome> => {
      const probe = probeFor(row, inbox, start)
      const { status, data, errors } = await caller.ask(probe.document, probe.variables)
      if (status === 401) return 'UNAUTHENTICATED'
      expect(errors).toBeUndefined()
      return data && probe.shows(data) ? 'yes' : 'nothing'
    }
    expect(await answers(row, ask)).toEqual(expectedOf(row))
  })
})

describe('subscription', () => {
  test.each(subscriptions)('$name', async (row) => {
    const ask = async ({ token }: Caller, inbox: Inbox): Promise<Outcome> => {
      const client = connect(server.url, token)
      try {
        return await hearing(row.field, client, inbox, place, start, last)
      } finally {
        await client.dispose()
      }
    }
    expect(await answers(row, ask)).toEqual(expectedOf(row))
  })
})

describe('mutation', () => {
  test.each(mutations)('$name', async (row) => {
    const title = row.field[0]?.toUpperCase() + row.field.slice(1)
    const document = `mutation ($input: ${title}Input!) { ${row.field}(input: $input) {
      __typename ... on Error { code reason: message } } }`
    /** What nobody has used up: what is refused leaves things as they were. */
    const made = new Map<string, object>()
    const ask = async (caller: Caller, inbox: Inbox): Promise<Outcome> => {
      const key = `${caller.column} ${inbox.inboxId}`
      const input = made.get(key) ?? (await inputFor(row, inbox, place, caller))
      made.set(key, input)
      const { status, data, errors } = await caller.ask(document, { input })
      if (status === 401) return 'UNAUTHENTICATED'
      expect(errors).toBeUndefined()
      const result = data?.[row.field]
      if (!result.__typename.endsWith('Payload')) return result.code
      made.delete(key)
      return 'yes'
    }
    expect(await answers(row, ask)).toEqual(expectedOf(row))
  })
})

type Answers = Record<string, Outcome>

/** What all callers of a row are answered, in both inboxes; those with lesser tokens first, in their own. */
async function answers(row: Row, ask: (caller: Caller, inbox: Inbox) => Promise<Outcome>): Promise<Answers> {
  const found: Answers = {}
  const spends = row.field === 'signOut'
  for (const { column } of place.callers.filter(({ column }) => column in row.expected)) {
    const role = roles.find((role) => role === column)
    if (role) {
      for (const scope of ['READ', 'WRITE'] as const)
        found[`${column} with ${scope}`] = await ask(await lesser(role, scope, spends), place.own)
      found[`${column} without READ`] = await ask(await lesser(role, null), place.own)
    }
    for (const [where, inbox] of [
      ['own', place.own],
      ['other', place.other],
    ] as const) {
      const known = place.callers.find((caller) => caller.column === column) as Caller
      const caller = role && spends ? await place.mint(role, 'ADMIN') : known
      found[`${column}, ${where}`] = await ask(caller, inbox)
    }
  }
  return found
}

const minted = new Map<string, Caller>()

/** Of a role, with a token of these scopes, the widest of which is named; null: of all but READ. */
async function lesser(role: Role, scope: 'READ' | 'WRITE' | null, anew = false): Promise<Caller> {
  const make = () => (scope ? place.mint(role, scope) : place.mintBlind(role))
  if (anew) return make()
  const key = `${role} ${scope}`
  const caller = minted.get(key) ?? (await make())
  minted.set(key, caller)
  return caller
}

function expectedOf({ expected, scope, withoutAdmin }: Row): Answers {
  const all: Answers = {}
  for (const [column, { own, other }] of Object.entries(expected)) {
    if (roles.some((role) => role === column)) {
      const isRead = scope === 'none' || scope === 'READ'
      all[`${column} with READ`] = isRead ? own : 'FORBIDDEN'
      all[`${column} with WRITE`] = scope === 'ADMIN' ? withoutAdmin : own
      all[`${column} without READ`] = 'UNAUTHENTICATED'
    }
    all[`${column}, own`] = own
    all[`${column}, other`] = other
  }
  return all
}
