import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ database: { poolSize: 6 } })
})
afterAll(async () => {
  await server.stop()
  expect(server.faults).toEqual([])
})

const first = 'the first password'
const second = 'the second password'

interface Person {
  id: string
  email: string
}

let people = 0

async function person(password: string | null = first): Promise<Person> {
  const email = `person${people++}@example.com`
  const { agent } = await call('createAgent', { name: 'Amy', email, password }, server.token, 'agent { id }')
  return { id: agent.id, email }
}

const signIn = ({ email }: Person, password = first) =>
  call('signIn', { email, password }, null, 'token', '... on RateLimitedError { retryAfterSeconds }')

const sessionOf = async (someone: Person, password?: string): Promise<string> =>
  (await signIn(someone, password)).token

const setPassword = (input: object, token: string) =>
  call('setPassword', input, token, 'agent { id }', '... on RateLimitedError { retryAfterSeconds }')

/** Whether a token opens anything. */
const opens = async (token: string) =>
  (await server.graphql('{ viewer { duties } }', {}, token)).status === 200

const sessions = async (token: string) =>
  (await server.must('{ sessions { id isCurrent revokedAt expiresAt createdAt } }', {}, token)).sessions

/** A mutation, for what is selected of its payload, or what it is refused with. */
async function call(mutation: string, input: object, token: string | null, selection: string, errors = '') {
  const title = mutation[0]?.toUpperCase() + mutation.slice(1)
  const data = await server.graphql(
    `mutation ($input: ${title}Input!) { ${mutation}(input: $input) {
      __typename ... on ${title}Payload { ${selection} } ... on ValidationError { field } ... on Error { code reason: message } ${errors} } }`,
    { input },
    token,
  )
  return data.data[mutation]
}

const notTheirs = { __typename: 'ValidationError', field: 'currentPassword' }

test('one’s own password takes the present one, and ends all sessions but the one that asks', async () => {
  const amy = await person()
  const [stolen, mine] = [await sessionOf(amy), await sessionOf(amy)]
  const { secret } = await call('createApiToken', { name: 'hers' }, mine, 'secret')
  for (const currentPassword of [second, '', null, undefined])
    expect(await setPassword({ password: second, currentPassword }, mine)).toMatchObject(notTheirs)
  expect(await opens(stolen)).toBe(true)

  expect(await setPassword({ password: second, currentPassword: first }, mine)).toMatchObject({
    agent: { id: amy.id },
  })
  expect(await opens(stolen)).toBe(false)
  expect(await opens(mine)).toBe(true)
  expect(await opens(secret)).toBe(true)
  expect(await signIn(amy, first)).toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(await opens(await sessionOf(amy, second))).toBe(true)

  // An API token is no session, so none is left.
  const last = await sessionOf(amy, second)
  await setPassword({ agentId: amy.id, password: first, currentPassword: second }, secret)
  expect(await opens(last)).toBe(false)
  expect(await opens(mine)).toBe(false)
})

test('a short password is refused, and so is one’s own where there was none', async () => {
  const amy = await person()
  const mine = await sessionOf(amy)
  expect(await setPassword({ password: 'too short', currentPassword: first }, mine)).toMatchObject({
    __typename: 'ValidationError',
    field: 'password',
  })
  const { id, token } = await server.agent('Bot', [])
  expect(await setPassword({ password: second, currentPassword: first }, token)).toMatchObject({
    ...notTheirs,
    reason: expect.stringContaining('admin'),
  })
  expect(await setPassword({ agentId: id, password: second }, server.token)).toMatchObject({ agent: { id } })
})

test('guesses at the present password count as failed attempts to sign in', async () => {
  const amy = await person()
  const mine = await sessionOf(amy)
  const guess = (currentPassword: string) => setPassword({ password: second, currentPassword }, mine)
  for (let i = 0; i < 5; i++) expect(await guess('a wrong password')).toMatchObject(notTheirs)
  for (let i = 0; i < 5; i++) expect((await signIn(amy, 'wrong')).code).toBe('UNAUTHENTICATED')
  for (const limited of [await guess(first), await signIn(amy)])
    expect(limited).toMatchObject({
      __typename: 'RateLimitedError',
      code: 'RATE_LIMITED',
      retryAfterSeconds: expect.any(Number),
    })
  expect(await opens(await sessionOf(await person()))).toBe(true)
})

test('the right one ends the count, and so does a repeat', async () => {
  const amy = await person()
  const mine = await sessionOf(amy)
  const wrong = { password: second, currentPassword: 'a wrong password' }
  for (let i = 0; i < 9; i++) await setPassword(wrong, mine)
  const change = { password: second, currentPassword: first, idempotencyKey: 'once' }
  const done = await setPassword(change, mine)
  expect(done).toMatchObject({ agent: { id: amy.id } })
  const later = await sessionOf(amy, second)
  for (let i = 0; i < 12; i++) expect(await setPassword(change, mine)).toEqual(done)
  // What a repeat does was done before.
  expect(await opens(later)).toBe(true)
  expect(await setPassword({ ...change, password: first }, mine)).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
})

test('an admin gives somebody else a password, and nobody else does', async () => {
  const [amy, bob] = [await person(), await person()]
  const [hers, his] = [await sessionOf(amy), await sessionOf(bob)]
  const change = { agentId: amy.id, password: second }
  expect(await setPassword({ ...change, currentPassword: first }, his)).toMatchObject({ code: 'FORBIDDEN' })
  expect(await setPassword(change, server.token)).toMatchObject({ agent: { id: amy.id } })
  expect(await opens(hers)).toBe(false)
  expect(await opens(his)).toBe(true)
  expect(await opens(await sessionOf(amy, second))).toBe(true)
  const { viewer } = await server.must('{ viewer { agent { id } } }')
  expect(await setPassword({ agentId: viewer.agent.id, password: second }, server.token)).toMatchObject(
    notTheirs,
  )
})

test('of two who change it at the same time from the same password, one does', async () => {
  const amy = await person()
  const mine = await sessionOf(amy)
  const answers = await Promise.all(
    ['one of two passwords', 'the other of them'].map((password) =>
      setPassword({ password, currentPassword: first }, mine),
    ),
  )
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
    'SetPasswordPayload',
    'ValidationError',
  ])
})

test('a sign-in under way with the password of before opens nothing', async () => {
  const amy = await person()
  const changing = await server.app.db.pool.connect()
  try {
    await changing.query('begin')
    await changing.query(`update agent set password_hash = 'another' where id = $1`, [
      storedId('Agent', amy.id),
    ])
    const signedIn = signIn(amy)
    await eventually(async () => {
      const { rows } = await server.app.db.pool.query(
        `select 1 from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query ~ 'from agent'`,
      )
      if (rows.length === 0) throw new Error('It does not wait yet.')
    })
    await changing.query('commit')
    expect(await signedIn).toMatchObject({ __typename: 'ForbiddenError', code: 'UNAUTHENTICATED' })
  } finally {
    changing.release()
  }
})

test('one sees one’s open sessions and ends them', async () => {
  const amy = await person()
  const tokens = [await sessionOf(amy), await sessionOf(amy), await sessionOf(amy)] as const
  const [stolen, expired, mine] = tokens
  const listed = await sessions(mine)
  expect(listed.map(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toEqual([true, false, false])
  const [, second, third] = listed
  expect(Date.parse(second.createdAt)).toBeGreaterThan(Date.now() - 60_000)
  await server.app.db.pool.query(`update token set expires_at = now() - interval '1 s' where id = $1`, [
    storedId('Token', second.id),
  ])
  server.app.principals.forget()
  expect(await opens(expired)).toBe(false)

  const end = (id: string, token: string) =>
    call('revokeSession', { sessionId: id }, token, 'session { id revokedAt }')
  const stranger = await sessionOf(await person())
  expect(await end(third.id, stranger)).toMatchObject({ code: 'NOT_FOUND' })
  expect((await sessions(mine)).map(({ id }: { id: string }) => id)).toEqual([listed[0].id, third.id])
  expect(await end(third.id, mine)).toMatchObject({
    session: { id: third.id, revokedAt: expect.any(String) },
  })
  expect(await opens(stolen)).toBe(false)
  expect(await sessions(mine)).toEqual([listed[0]])
  expect(await end(listed[0].id, mine)).toMatchObject({ __typename: 'RevokeSessionPayload' })
  expect(await opens(mine)).toBe(false)
})

test('a session is no API token, and is not ended as one', async () => {
  const amy = await person()
  const mine = await sessionOf(amy)
  const { secret, token } = await call('createApiToken', { name: 'hers' }, mine, 'secret token { id }')
  expect((await sessions(secret)).map(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toEqual([false])
  const [{ id }] = await sessions(mine)
  expect(await call('revokeApiToken', { tokenId: id }, mine, 'token { id }')).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await call('revokeSession', { sessionId: token.id }, mine, 'session { id }')).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect([await opens(mine), await opens(secret)]).toEqual([true, true])
})

test('an account that is opened again has none of its tokens, whichever release closed it', async () => {
  const byOlder = (id: string) =>
    server.app.db.pool.query('update agent set archived_at = now() where id = $1', [storedId('Agent', id)])
  const archive = (agentId: string) => call('archiveAgent', { agentId }, server.token, '__typename')
  for (const [close, live] of [
    [archive, 0],
    [byOlder, 2],
  ] as const) {
    const amy = await person()
    const mine = await sessionOf(amy)
    const { secret } = await call('createApiToken', { name: 'hers' }, mine, 'secret')
    const restore = () => call('restoreAgent', { agentId: amy.id }, server.token, 'agent { archivedAt }')
    // One that is open keeps them.
    expect(await restore()).toMatchObject({ agent: { archivedAt: null } })
    expect([await opens(mine), await opens(secret)]).toEqual([true, true])
    await close(amy.id)
    server.app.principals.forget()
    expect([await opens(mine), await opens(secret)]).toEqual([false, false])
    expect(
      await server.app.db.prisma.token.count({
        where: { agentId: storedId('Agent', amy.id), revokedAt: null },
      }),
    ).toBe(live)
    await restore()
    expect([await opens(mine), await opens(secret)]).toEqual([false, false])
    expect(await opens(await sessionOf(amy))).toBe(true)
  }
})
