import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { type RunningServer, startServer } from '../../src/server.js'
import { secretHash } from '../../src/token/mint.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { type Answer, agentWith, asRepeated, type Caller } from './idempotency/caller.js'
import { calls } from './idempotency/calls.js'
import { mutations, shownOnce, takes } from './idempotency/document.js'
import { effectsSince, expectOneChange, moment } from './idempotency/effects.js'
import type { World } from './idempotency/things.js'

// Two nodes on one database, each with several connections, so that equal calls do run at the same time.
const poolSize = 6
const publicUrl = 'https://desk.example.com'

let server: TestServer
let second: RunningServer
let world: World
let admins: [Caller, Caller]

beforeAll(async () => {
  server = await startTestServer({ publicUrl, database: { poolSize } })
  second = await startServer({
    host: '127.0.0.1',
    port: 0,
    publicUrl,
    secretKey: 'a secret key for tests',
    corsOrigins: [],
    allowPrivateWebhooks: true,
    filesDir: tmpdir(),
    rateLimit: 1_000_000,
    report: (error) => server.faults.push(error),
    database: { url: server.databaseUrl, poolSize, preparedStatements: true },
  })
  const inboxId = await server.inbox()
  const { id: agentId } = await server.agent('Member', [inboxId])
  world = { server, nodes: [second], inboxId, agentId }
  admins = [agentWith(server.token, urls()), (await anotherAdmin()).caller]
})
afterAll(async () => {
  await second.stop()
  await server.stop()
  expect(server.faults).toEqual([])
})

/** To which a repeat is the call itself, or can be none. */
const withoutKey = ['setTyping', 'signIn', 'signOut']

test('every mutation is called here, or says that it needs no key', () => {
  expect([...Object.keys(calls), ...withoutKey].sort()).toEqual([...mutations].sort())
  for (const mutation of Object.keys(calls)) expect(takes(mutation, 'idempotencyKey'), mutation).toBe(true)
})

describe.each(Object.keys(calls))('%s', (mutation) => {
  const prepare = async () => {
    const call = await (calls[mutation] as (typeof calls)[string])(world)
    // What was made for it on the first node is in sight on the second within a second, or at once.
    second.app.principals.forget()
    return call
  }

  test('the same key twice gives one effect and the same payload; other input is refused; another’s key is another', async () => {
    const { input, other, callers: [caller, somebodyElse] = admins, ...more } = await prepare()
    const idempotencyKey = 'one key for every mutation'
    const since = await moment(pool())
    const first = await caller.call(mutation, { ...input, idempotencyKey })
    expect(first.__typename).toMatch(/Payload$/)
    const effects = await effectsSince(pool(), since)
    expectOneChange(effects, more)

    const once = shownOnce(mutation)
    for (const field of once) expect(first[field], field).toBeTruthy()
    for (const node of [0, 1]) {
      const again = await caller.call(mutation, { ...input, idempotencyKey }, node)
      expect(again).toEqual(asRepeated(first, once))
    }
    const refused = await caller.call(mutation, { ...other, idempotencyKey }, 1)
    expect(refused).toMatchObject({
      __typename: 'ValidationError',
      at: 'idempotencyKey',
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
    expect(await effectsSince(pool(), since)).toEqual(effects)

    const theirs = await somebodyElse.call(mutation, { ...other, idempotencyKey })
    expect(theirs.__typename).toBe(first.__typename)
    expect(Object.keys(await effectsSince(pool(), since))).toHaveLength(2)
  })

  test('the same key many times at once, on two nodes, gives one effect and the same payload', async () => {
    const { input, callers: [caller] = admins, ...more } = await prepare()
    const idempotencyKey = randomUUID()
    const since = await moment(pool())
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, node) => caller.call(mutation, { ...input, idempotencyKey }, node)),
    )
    expectOneChange(await effectsSince(pool(), since), more)
    const once = shownOnce(mutation)
    const [first, ...others] = answers.sort((a, b) => shown(b, once) - shown(a, once)) as [
      Answer,
      ...Answer[],
    ]
    expect(first.__typename).toMatch(/Payload$/)
    expect(shown(first, once)).toBe(once.length)
    for (const repeat of others) expect(repeat).toEqual(asRepeated(first, once))
  })

  test('a repeat by somebody whose rights are gone is refused, and changes nothing', async () => {
    const { input, callers } = await prepare()
    const admin = await anotherAdmin()
    const [caller, , bereft = admin.caller] = callers ?? [admin.caller]
    const call = { ...input, idempotencyKey: randomUUID() }
    const first = await caller.call(mutation, call)
    expect(first.__typename).toMatch(/Payload$/)

    await admin.mayOnlyRead()
    const since = await moment(pool())
    for (const node of [0, 1]) {
      expect((await bereft.call(mutation, call, node)).__typename).toMatch(/^(Forbidden|NotFound)Error$/)
    }
    expect(await effectsSince(pool(), since)).toEqual({})

    await admin.isOneNoMore()
    const afterwards = await moment(pool())
    for (const node of [0, 1]) {
      const answer = await bereft.call(mutation, call, node)
      if (ownThings.includes(mutation)) expect(answer).toEqual(asRepeated(first, shownOnce(mutation)))
      else expect(answer.__typename).toMatch(/^(Forbidden|NotFound)Error$/)
    }
    expect(await effectsSince(pool(), afterwards)).toEqual({})
  })
})

test('a call that was refused leaves its key free', async () => {
  const conversationId = await server.conversation(world.inboxId)
  const note = { conversationId, idempotencyKey: randomUUID() }
  expect((await admins[0].call('addNote', { ...note, body: ' ' })).__typename).toBe('ValidationError')
  expect((await admins[0].call('addNote', { ...note, body: 'a note' })).__typename).toBe('AddNotePayload')
})

test('no secret that is shown once can be found where keys are kept', async () => {
  const { input } = await (calls.createApiToken as (typeof calls)[string])(world)
  const { secret } = await admins[0].call('createApiToken', { ...input, idempotencyKey: randomUUID() })
  const { rows } = await pool().query('select json_agg(k)::text as kept from idempotency_key k')
  expect(rows[0].kept).toContain('createApiToken')
  expect(rows[0].kept).not.toContain(secret)
})

describe('without a key', () => {
  test('each signIn opens a session of its own, and its token is kept nowhere', async () => {
    expect(takes('signIn', 'idempotencyKey')).toBe(false)
    const credentials = { email: 'admin@example.com', password: 'correct horse' }
    const since = await moment(pool())
    const sessions = [
      await admins[0].call('signIn', credentials),
      await admins[0].call('signIn', credentials),
    ]
    expect(Object.values(await effectsSince(pool(), since))).toEqual([{ token: 1 }, { token: 1 }])
    const { rows } = await pool().query('select json_agg(t)::text as kept from token t')
    for (const { token } of sessions) {
      expect((await server.must('{ viewer { agent { email } } }', {}, token)).viewer.agent.email).toBe(
        credentials.email,
      )
      expect(rows[0].kept).not.toContain(token)
    }
  })

  test('signOut many times at once is signOut once, also with a key', async () => {
    const { token } = await admins[0].call('signIn', {
      email: 'admin@example.com',
      password: 'correct horse',
    })
    const session = agentWith(token, urls())
    await Promise.all(
      [0, 1].map((node) => session.call('markConversationRead', { conversationId: 'none' }, node)),
    )
    const since = await moment(pool())
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, (_, node) => session.call('signOut', { idempotencyKey: 'k' }, node)),
    )
    const done = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    expect(done.length).toBeGreaterThan(0)
    for (const answer of done) expect(answer).toMatchObject({ __typename: 'SignOutPayload', signedOut: true })
    expect(Object.values(await effectsSince(pool(), since)).every((effect) => effect.token === 1)).toBe(true)
    server.app.principals.forget()
    await expect(session.call('signOut', { idempotencyKey: 'k' })).rejects.toThrow('UNAUTHENTICATED')
  })

  test('setTyping stores nothing', async () => {
    expect(takes('setTyping', 'idempotencyKey')).toBe(false)
    const conversationId = await server.conversation(world.inboxId)
    const since = await moment(pool())
    for (const isTyping of [true, true, false]) {
      const answer = await admins[0].call('setTyping', { conversationId, isTyping })
      expect(answer).toMatchObject({ __typename: 'SetTypingPayload', conversation: { id: conversationId } })
    }
    expect(await effectsSince(pool(), since)).toEqual({})
  })
})

/** What anybody may do for themself. */
const ownThings = ['createApiToken', 'createUpload']

const pool = () => server.app.db.pool
const urls = () => [server.url, second.url]

async function anotherAdmin() {
  const { id, token } = await server.agent('Admin', [])
  const agentId = storedId('Agent', id)
  const change = async (sql: string, value: unknown) => {
    await pool().query(sql, [value])
    for (const { app } of [server, second]) app.principals.forget()
  }
  await change("update agent set role = 'ADMIN' where id = $1", agentId)
  return {
    caller: agentWith(token, urls()),
    mayOnlyRead: () => change("update token set scopes = '{READ}' where hash = $1", secretHash(token)),
    async isOneNoMore() {
      await change("update token set scopes = '{READ,WRITE,ADMIN}' where hash = $1", secretHash(token))
      await change('delete from inbox_member where agent_id = $1', agentId)
      await change("update agent set role = 'AGENT' where id = $1", agentId)
    },
  }
}

/** How much that is shown once an answer shows. */
const shown = (answer: Answer, once: readonly string[]) =>
  once.filter((field) => answer[field] !== null).length
