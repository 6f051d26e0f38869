import type { GraphQLInputObjectType } from 'graphql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../schema/schema.js'
import { numberEvents } from '../../src/events/numbering.js'
import { storedId } from '../../src/ids.js'
import { after } from '../support/meanwhile.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, type Listener, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'
import { type Change, changes } from './listFollower.js'

let server: TestServer
const open: (() => unknown)[] = []

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  for (const close of open) await close()
  await server.stop()
})

function overWebSocket(variables: object, token: string | null = server.token) {
  const client = connect(server.url, token)
  open.push(() => client.dispose())
  return taking(listen(client, changes, { ...variables }))
}

function overSse(variables: object, token: string | null = server.token) {
  const listener = listenSse(server.url, token, changes, { ...variables })
  open.push(listener.stop)
  return taking(listener)
}

function taking({ next, stop }: Listener<{ conversationsChanged: Change }>) {
  const one = async (): Promise<Change> => (await next()).conversationsChanged
  return {
    next: one,
    async take(count: number) {
      const taken: Change[] = []
      while (taken.length < count) taken.push(await one())
      return taken
    },
    stop,
  }
}

describe.each([
  ['over WebSocket', overWebSocket],
  ['over SSE', overSse],
])('%s', (_, follow) => {
  test('rows enter, move, change and leave, from a cursor without gap into live, and resumed', async () => {
    const inboxId = await server.inbox()
    const filter = { inboxId, status: ['OPEN'] }
    const cursor = await newest()
    const id = await server.conversation(inboxId)
    await note(id, 'moves')
    const stream = follow({ filter, after: cursor })
    const [entered, moved] = (await stream.take(2)) as [Change, Change]
    expect(entered).toMatchObject({ kind: 'ENTERED', conversationId: id, revision: 2, total: 1 })
    expect(moved).toMatchObject({ kind: 'MOVED', conversationId: id, revision: 3, total: 1 })
    const { conversations } = await server.must(
      `query ($filter: ConversationFilter) { conversations(filter: $filter) { edges { cursor node { id lastActivityAt } } } }`,
      { filter },
    )
    expect(conversations.edges).toEqual([
      { cursor: moved.position?.cursor, node: { id, lastActivityAt: moved.position?.at } },
    ])
    await change('updateConversation', { conversationId: id, title: 'Changed' })
    expect(await stream.next()).toMatchObject({ kind: 'CHANGED', conversation: { id, title: 'Changed' } })
    await change('setConversationStatus', { conversationId: id, status: 'CLOSED' })
    expect(await stream.next()).toMatchObject({
      kind: 'LEFT',
      conversationId: id,
      conversation: { status: 'CLOSED' },
      position: null,
      total: 0,
    })
    stream.stop()
    const resumed = follow({ filter, after: entered.cursor, snapshot: true })
    expect((await resumed.take(3)).map(({ kind }) => kind)).toEqual(['MOVED', 'CHANGED', 'LEFT'])
  })

  test('a cursor that cannot be resumed gives a RESYNC, then the snapshot', async () => {
    const inboxId = await server.inbox()
    const id = await server.conversation(inboxId)
    for (const foreign of ['otherotherx.5', `${server.app.log}.999999999`]) {
      const cursor = Buffer.from(foreign).toString('base64url')
      const stream = follow({ filter: { inboxId }, after: cursor, snapshot: true })
      const [resync, snapshot] = await stream.take(2)
      expect(resync).toMatchObject({ kind: 'RESYNC', conversationId: null, conversations: null })
      expect(snapshot).toMatchObject({
        kind: 'SNAPSHOT',
        total: 1,
        conversations: { edges: [{ node: { id } }] },
      })
      stream.stop()
    }
  })
})

test('what happens while the snapshot is read still comes', async () => {
  const inboxId = await server.inbox()
  const id = await server.conversation(inboxId)
  await newest()
  const restore = after(server, 'conversation.list', () => note(id, 'meanwhile'))
  const stream = overWebSocket({ filter: { inboxId }, snapshot: true })
  const [snapshot, moved] = await stream.take(2)
  expect(snapshot).toMatchObject({ kind: 'SNAPSHOT', conversations: { edges: [{ node: { revision: 2 } }] } })
  expect(moved).toMatchObject({ kind: 'MOVED', conversationId: id, revision: 3 })
  restore()
})

test('a status that is named twice shows and counts each row once', async () => {
  const inboxId = await server.inbox()
  const id = await server.conversation(inboxId)
  await newest()
  const stream = overWebSocket({ filter: { inboxId, status: ['OPEN', 'OPEN'] }, snapshot: true })
  const snapshot = await stream.next()
  expect([snapshot.total, idsOf(snapshot)]).toEqual([1, [id]])
  await note(id, 'moves')
  expect(await stream.next()).toMatchObject({ kind: 'MOVED', total: 1 })
})

test('what is counted before it has its place in the log is not counted again', async () => {
  const inboxId = await server.inbox()
  await newest()
  const holder = new pg.Client({ connectionString: server.databaseUrl })
  await holder.connect()
  await holder.query(`select pg_advisory_lock(hashtext('graphdesk.event_log'))`)
  const id = await server.conversation(inboxId)
  const stream = overWebSocket({ filter: { inboxId }, snapshot: true })
  expect(await stream.next()).toMatchObject({ kind: 'SNAPSHOT', total: 1 })
  await holder.end()
  expect(await stream.next()).toMatchObject({ kind: 'ENTERED', conversationId: id, total: 1 })
  await server.conversation(inboxId)
  expect(await stream.next()).toMatchObject({ kind: 'ENTERED', total: 2 })
})

test('an agent who is put into an inbox, and taken out of it, begins the list anew each time', async () => {
  const [one, two] = [await server.inbox('One'), await server.inbox('Two')]
  const { id: agentId, token } = await server.agent('Ann', [one])
  const own = await server.conversation(one)
  await newest()
  const stream = overWebSocket({ snapshot: true, after: null }, token)
  expect(idsOf(await stream.next())).toEqual([own])
  await change('addInboxMember', { inboxId: two, agentId })
  const other = await server.conversation(two)
  const [resync, wider] = (await stream.take(2)) as [Change, Change]
  expect([resync.kind, wider.kind, wider.total]).toEqual(['RESYNC', 'SNAPSHOT', 2])
  expect(idsOf(wider)).toEqual([other, own])

  await server.app.db.pool.query('delete from inbox_member where inbox_id = $1 and agent_id = $2', [
    storedId('Inbox', two),
    storedId('Agent', agentId),
  ])
  server.app.principals.forget()
  await note(other, 'not for them')
  const [again, narrower] = (await stream.take(2)) as [Change, Change]
  expect([again.kind, narrower.kind, narrower.total]).toEqual(['RESYNC', 'SNAPSHOT', 1])
  expect(idsOf(narrower)).toEqual([own])
  await note(own, 'for them')
  expect(await stream.next()).toMatchObject({ kind: 'MOVED', conversationId: own })
})

test('each follows what is assigned to them, by the same document and with the same rights', async () => {
  const inboxId = await server.inbox()
  const agents = [await server.agent('Ann', [inboxId]), await server.agent('Ben', [inboxId])]
  const id = await server.conversation(inboxId)
  const after = await newest()
  const all = (follow: typeof overSse, assignedToMe: boolean, beginning: object) =>
    agents.map(({ token }) => follow({ filter: { assignedToMe }, ...beginning }, token))
  const whole = [overWebSocket, overSse].map((follow) => all(follow, true, { snapshot: true }))
  const resumed = [overWebSocket, overSse].map((follow) => all(follow, true, { after }))
  const others = all(overWebSocket, false, { after })
  for (const stream of whole.flat()) expect(await stream.next()).toMatchObject({ kind: 'SNAPSHOT', total: 0 })

  for (const to of [0, 1, 0])
    await change('assignConversation', { conversationId: id, agentId: agents[to]?.id })
  const kinds = (streams: typeof others, counts: number[]) =>
    Promise.all(
      streams.map(async (stream, index) => (await stream.take(counts[index] ?? 0)).map(({ kind }) => kind)),
    )
  const own = [
    ['ENTERED', 'LEFT', 'ENTERED'],
    ['ENTERED', 'LEFT'],
  ]
  for (const streams of [...whole, ...resumed]) expect(await kinds(streams, [3, 2])).toEqual(own)
  expect(await kinds(others, [3, 3])).toEqual([
    ['LEFT', 'ENTERED', 'LEFT'],
    ['CHANGED', 'LEFT', 'ENTERED'],
  ])
  await note(id, 'hello')
  for (const streams of whole) expect(await streams[0]?.next()).toMatchObject({ kind: 'MOVED', total: 1 })
})

test('what happens in an inbox that is not in sight never comes', async () => {
  const [mine, hidden] = [await server.inbox('Mine'), await server.inbox('Hidden')]
  const { token } = await server.agent('Bea', [mine])
  const cursor = await newest()
  await server.conversation(hidden)
  const id = await server.conversation(mine)
  const everything = overWebSocket({ after: cursor }, token)
  expect(await everything.next()).toMatchObject({ kind: 'ENTERED', conversationId: id, total: 1 })
  const nothing = overWebSocket({ filter: { inboxId: hidden }, snapshot: true }, token)
  expect(await nothing.next()).toMatchObject({ kind: 'SNAPSHOT', total: 0, conversations: { edges: [] } })
})

test('the list of an end-user who is merged begins anew', async () => {
  const inboxId = await server.inbox()
  const [from, into] = [await opened(inboxId, 'Eve'), await opened(inboxId, 'Eva')]
  await newest()
  const streams = [from, into].map(({ endUserId }) =>
    overWebSocket({ filter: { endUserId }, snapshot: true }),
  )
  for (const stream of streams) expect(await stream.next()).toMatchObject({ kind: 'SNAPSHOT', total: 1 })
  await change('mergeEndUsers', { endUserId: from.endUserId, intoEndUserId: into.endUserId })
  const [gone, both] = await Promise.all(streams.map((stream) => stream.take(2)))
  expect(gone).toMatchObject([{ kind: 'RESYNC' }, { kind: 'SNAPSHOT', total: 0 }])
  expect(both).toMatchObject([{ kind: 'RESYNC' }, { kind: 'SNAPSHOT', total: 2 }])
})

test('events that an older release recorded, of which lists cannot tell, begin the list anew once', async () => {
  const inboxId = await server.inbox()
  const id = await server.conversation(inboxId)
  const stream = overWebSocket({ filter: { inboxId }, after: await newest(), snapshot: true })
  await note(id, 'told')
  expect((await stream.next()).kind).toBe('MOVED')
  await server.app.db.pool.query(
    `with e as (insert into event (type, inbox_id, conversation_id, revision, actor_kind, origin)
       select 'TITLE_CHANGED', inbox_id, id, 3 + n, 'SYSTEM', 'SYSTEM'
         from conversation, generate_series(1, 2) n where id = $1 returning id)
     insert into event_pending (event_id) select id from e`,
    [storedId('Conversation', id)],
  )
  await newest()
  server.app.tail.wake()
  expect((await stream.take(2)).map(({ kind }) => kind)).toEqual(['RESYNC', 'SNAPSHOT'])
  await note(id, 'told again')
  expect((await stream.next()).kind).toBe('MOVED')
})

describe('the filter', () => {
  const told: Record<string, unknown> = {
    inboxId: 'inbox_unknown',
    status: ['OPEN'],
    assigneeId: 'agent_unknown',
    assignedToMe: true,
    unassigned: true,
    endUserId: 'user_unknown',
  }
  const span = { after: '2026-01-01T00:00:00.000Z' }
  const untold: Record<string, unknown> = {
    teamId: 'team_unknown',
    noTeam: true,
    heldByFin: true,
    handedOff: true,
    waiting: true,
    unread: true,
    mentioned: true,
    priority: ['HIGH'],
    tagIds: ['tag_unknown'],
    attribute: { key: 'plan' },
    text: 'refund',
    createdAt: span,
    lastActivityAt: span,
    waitingSince: span,
    snoozedUntil: span,
  }

  test('may have every field that events tell of, and filters of these', async () => {
    const { endUserId, ...within } = told
    const all = Object.entries(within).map(([field, value]) => ({ [field]: value }))
    const filters = [...all, { endUserId }, { and: all }, { or: all }, { not: { or: all } }]
    for (const filter of filters) {
      const stream = overWebSocket({ filter, snapshot: true })
      expect((await stream.next()).kind, JSON.stringify(filter)).toBe('SNAPSHOT')
    }
  })

  test('is refused with any other, wherever it stands, and told which query to poll', async () => {
    const fields = (schema.getType('ConversationFilter') as GraphQLInputObjectType).getFields()
    expect(Object.keys(fields).sort()).toEqual(
      [...Object.keys({ ...told, ...untold }), 'and', 'or', 'not'].sort(),
    )
    for (const [field, value] of Object.entries(untold)) {
      await expectRefused({ status: ['OPEN'], [field]: value }, `filter.${field}`)
    }
    await expectRefused({ or: [{}, { not: { text: 'refund' } }] }, 'filter.or.1.not.text')
    await expectRefused({ not: { endUserId: 'user_unknown' } }, 'filter.not.endUserId')
    for (const ago of [{ afterAgo: 60 }, { beforeAgo: 60 }, {}]) {
      await expectRefused({ assignedToMe: false, or: [{ createdAt: ago }] }, 'filter.or.0.createdAt')
    }
  })

  async function expectRefused(filter: object, field: string) {
    await expect(overWebSocket({ filter }).next(), field).rejects.toThrow(
      expect.objectContaining({
        message: expect.stringContaining(field),
      }),
    )
  }

  test.each(['WAITING_SINCE', 'PRIORITY', 'SNOOZED_UNTIL'])(
    'is refused in the order of %s',
    async (field) => {
      const stream = overWebSocket({ orderBy: { field, direction: 'ASC' } })
      await expect(stream.next()).rejects.toThrow('INVALID')
    },
  )

  test('that names something by a malformed id lists nothing', async () => {
    const stream = overWebSocket({ filter: { assigneeId: 'agent_unknown' }, snapshot: true })
    expect(await stream.next()).toMatchObject({ total: 0, conversations: { edges: [] } })
  })

  test('is refused before a stream begins when it contradicts itself, as by the query', async () => {
    const { id } = await server.agent('Cid', [])
    const stream = overWebSocket({ filter: { assigneeId: id, unassigned: true } })
    await expect(stream.next()).rejects.toThrow('INVALID')
  })
})

test('nobody follows a list', async () => {
  await expect(overWebSocket({}, null).next()).rejects.toThrow('UNAUTHENTICATED')
})

const idsOf = ({ conversations }: Change) => conversations?.edges.map(({ node }) => node.id)

async function opened(inboxId: string, name: string) {
  const { openConversation } = await server.must(
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
      __typename ... on OpenConversationPayload { conversation { id endUser { id } } } ... on Error { reason: message } } }`,
    { input: { inboxId, endUser: { name }, message: { body: 'Hello' } } },
  )
  const { id, endUser } = openConversation.conversation
  return { id, endUserId: endUser.id }
}

const note = (conversationId: string, body: string) => change('addNote', { conversationId, body })

async function change(mutation: string, input: object): Promise<void> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  await server.must(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input },
  )
}

/** Where the log stands, once everything committed has its position. */
async function newest(): Promise<string> {
  await numberEvents(server.app.db)
  return (await server.must('{ eventCursor }')).eventCursor
}
