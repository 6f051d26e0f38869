import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer
let inboxId: string
let ann: Asker
let ben: Asker
let teamId: string
let skew = 0

interface Asker {
  id: string
  token: string
}

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => new Date(Date.now() + skew) } })
  inboxId = await server.inbox()
  ann = await server.agent('Ann', [inboxId])
  ben = await server.agent('Ben', [inboxId])
  const { createTeam } = await server.must(
    `mutation ($id: ID!) { createTeam(input: { name: "Returns", agentIds: [$id] }) {
      __typename ... on CreateTeamPayload { team { id } } ... on Error { reason: message } } }`,
    { id: ann.id },
  )
  teamId = createTeam.team.id
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

const view = `id kind name icon filter orderBy { field direction } scope team { name } position count isCountExact
  conversations(first: 10) { totalCount nodes { id } }`

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Data = any

async function views(token = ann.token): Promise<Data[]> {
  return (await server.must(`{ viewer { views { ${view} } } }`, {}, token)).viewer.views
}

const saved = async (token?: string) => (await views(token)).filter(({ kind }) => kind === 'SAVED')

/** The result of a mutation, be it an error. */
async function call(mutation: string, input: object, token = ann.token): Promise<Data> {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
  const { data, errors } = await server.graphql(
    `mutation ($input: ${name}Input!) { ${mutation}(input: $input) { __typename
      ... on ${name}Payload { view { ${view} } } ... on ValidationError { field } ... on Error { code reason: message } } }`,
    { input },
    token,
  )
  expect(errors).toBeUndefined()
  return data[mutation]
}

async function created(input: object, token?: string): Promise<Data> {
  const { view, ...error } = await call('createView', { name: 'Mine', scope: 'PERSONAL', ...input }, token)
  if (!view) throw new Error(JSON.stringify(error))
  return view
}

const change = (name: string, input: object) =>
  server.must(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input },
  )

test('the built-in ones come first, under ids of their own, and list and count what they say', async () => {
  await server.createFin({ inboxId })
  const [mine, nobodys, snoozed, fins, handedOff, closed] = await Promise.all(
    Array.from({ length: 6 }, () => server.conversation(inboxId)),
  )
  await change('assignConversation', { conversationId: mine, agentId: ann.id })
  await change('snoozeConversation', { conversationId: snoozed, until: '2030-01-01T00:00:00.000Z' })
  await change('handBackToFin', { conversationId: fins })
  await change('setConversationStatus', { conversationId: closed, status: 'CLOSED' })
  await server.app.db.pool.query('update conversation set handed_off_at = now() where id = $1', [
    storedId('Conversation', handedOff as string),
  ])
  await change('addNote', { conversationId: closed, body: 'See this', mentionedAgentIds: [ann.id] })
  const seen = await views()
  const listed = seen.map(({ kind, conversations, count }) => [
    kind,
    conversations.nodes.map(({ id }: { id: string }) => id).sort(),
    count,
  ])
  const all = [mine, nobodys, snoozed, fins, handedOff, closed]
  expect(listed).toEqual([
    ['MINE', [mine], 1],
    ['UNASSIGNED', [nobodys, handedOff].sort(), 2],
    ['MENTIONS', [closed], 1],
    ['SNOOZED', [snoozed], 1],
    ['HELD_BY_FIN', [fins], 1],
    ['HANDED_OFF', [handedOff], 1],
    ['ALL', all.sort(), 6],
  ])
  expect(seen.map(({ id }) => id)).toEqual((await views(ben.token)).map(({ id }) => id))
  const { node } = await server.must(
    `query ($id: ID!) { node(id: $id) { ... on View { kind count } } }`,
    { id: seen[0]?.id },
    ben.token,
  )
  expect(node).toEqual({ kind: 'MINE', count: 0 })
})

describe('a saved view', () => {
  test('has what it was given, in its place, and lists it', async () => {
    const filter = {
      or: [
        { status: ['SNOOZED'], not: { text: 'bye' } },
        { createdAt: { before: '2020-01-01T00:00:00.000Z' } },
      ],
    }
    const orderBy = { field: 'PRIORITY', direction: 'ASC' }
    const second = await created({ name: ' Later ', icon: '⏰', filter, orderBy, position: 2 })
    const first = await created({ name: 'Sooner', position: 1 })
    expect(second).toMatchObject({
      name: 'Later',
      icon: '⏰',
      filter,
      orderBy,
      scope: 'PERSONAL',
      count: 1,
      isCountExact: true,
    })
    expect(first).toMatchObject({
      icon: null,
      filter: {},
      orderBy: { field: 'LAST_ACTIVITY', direction: 'DESC' },
    })
    expect(await saved()).toEqual([first, second])
    const { conversations } = await server.must(
      `query ($filter: ConversationFilter, $orderBy: ConversationOrder) {
        conversations(filter: $filter, orderBy: $orderBy) { totalCount nodes { id } } }`,
      { filter: second.filter, orderBy: second.orderBy },
      ann.token,
    )
    expect(conversations).toEqual(second.conversations)
    for (const { id } of [first, second]) await call('deleteView', { viewId: id })
  })

  test('is changed in what is given, and deleted', async () => {
    const made = await created({ name: 'One', icon: 'star', filter: { status: ['OPEN'] } })
    const { view: changed } = await call('updateView', { viewId: made.id, name: 'Two', position: 3 })
    expect(changed).toEqual({ ...made, name: 'Two', position: 3 })
    const orderBy = { field: 'CREATED', direction: 'ASC' }
    const { view: other } = await call('updateView', {
      viewId: made.id,
      icon: null,
      filter: { unread: true },
      orderBy,
    })
    expect(other).toMatchObject({ name: 'Two', icon: null, filter: { unread: true }, orderBy })
    const deleting = { viewId: made.id, idempotencyKey: 'delete' }
    expect((await call('deleteView', deleting)).__typename).toBe('DeleteViewPayload')
    expect((await call('deleteView', deleting)).__typename).toBe('DeleteViewPayload')
    expect(await saved()).toEqual([])
    expect(await call('updateView', { viewId: made.id, name: 'Three' })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('that names a status twice lists and counts each conversation once', async () => {
    const [once, twice] = await Promise.all(
      [['OPEN'], ['OPEN', 'OPEN']].map((status) => created({ filter: { status } })),
    )
    expect(twice).toEqual({ ...once, id: twice.id, filter: twice.filter })
    for (const { id } of [once, twice]) await call('deleteView', { viewId: id })
  })

  test('whose tag is gone still works, and lists nothing by it', async () => {
    const made = await created({
      filter: { or: [{ tagIds: ['tag_00000000000000000000000000'] }, { assigneeId: ann.id }] },
    })
    expect(made).toMatchObject({ count: 1 })
    await call('deleteView', { viewId: made.id })
  })

  test('of what only a later release knows lists nothing, and leaves the others as they are', async () => {
    const [made, other] = [await created({ name: 'A' }), await created({ name: 'B' })]
    await server.app.db.pool.query(`update view set filter = '{ "not": { "later": true } }' where id = $1`, [
      storedId('View', made.id),
    ])
    const conversations = { totalCount: 0, nodes: [] }
    expect(await saved()).toEqual([
      { ...made, filter: { not: { later: true } }, count: 0, conversations },
      other,
    ])
    await server.app.db.pool.query(`update view set filter = '{}', order_field = 'toString' where id = $1`, [
      storedId('View', made.id),
    ])
    expect(await saved()).toEqual([made, other])
    for (const { id } of [made, other]) await call('deleteView', { viewId: id })
  })

  test('asks who looks: what is unread is everybody’s own', async () => {
    const admin = await created({ scope: 'SHARED', name: 'Unread', filter: { unread: true } }, server.token)
    await server.must(
      `mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename ... on Error { reason: message } } }`,
      { id: admin.conversations.nodes[0].id },
      ann.token,
    )
    expect((await saved())[0]).toMatchObject({ id: admin.id, count: admin.count - 1 })
    expect((await saved(ben.token))[0]).toMatchObject({ id: admin.id, count: admin.count })
    await call('deleteView', { viewId: admin.id }, server.token)
  })

  test('of what is one’s own and of the last hour says so to each who looks, whenever they do', async () => {
    const shared = { scope: 'SHARED', orderBy: { field: 'CREATED', direction: 'ASC' } }
    const filter = { inboxId: await server.inbox('Own'), assignedToMe: true, createdAt: { afterAgo: 3600 } }
    for (const { id } of [ann, ben]) await change('addInboxMember', { inboxId: filter.inboxId, agentId: id })
    const own = await created({ ...shared, name: 'Own', filter }, server.token)
    const not = { assignedToMe: true }
    const rest = await created(
      { ...shared, name: 'Rest', filter: { ...filter, assignedToMe: false, or: [{ not }] } },
      server.token,
    )
    expect([own.filter, rest.filter.assignedToMe]).toEqual([filter, false])
    const [anns = '', bens = '', nobodys = ''] = await Promise.all(
      Array.from({ length: 3 }, () => server.conversation(filter.inboxId)),
    )
    await change('assignConversation', { conversationId: anns, agentId: ann.id })
    await change('assignConversation', { conversationId: bens, agentId: ben.id })
    const seen = async ({ token }: { token: string }) =>
      (await saved(token)).map(({ name, count, conversations }) => [
        name,
        count,
        conversations.nodes.map(({ id }: { id: string }) => id).sort(),
      ])
    const lists = (mine: string[], others: string[]) => [
      ['Own', mine.length, mine],
      ['Rest', others.length, others.sort()],
    ]
    expect(await seen(ann)).toEqual(lists([anns], [bens, nobodys]))
    expect(await seen(ben)).toEqual(lists([bens], [anns, nobodys]))
    expect(await seen(server)).toEqual(lists([], [anns, bens, nobodys]))
    skew += 3_600_000
    const later = await server.conversation(filter.inboxId)
    expect(await seen(ann)).toEqual(lists([], [later]))
    skew = 0
    for (const { id } of [own, rest]) await call('deleteView', { viewId: id }, server.token)
  })

  test('of what events tell is followed with its filter', async () => {
    const made = await created({ filter: { inboxId, or: [{ unassigned: true }, { assigneeId: ben.id }] } })
    const client = connect(server.url, ann.token)
    const changes = listen(
      client,
      `subscription ($filter: ConversationFilter) { conversationsChanged(filter: $filter, snapshot: true) { kind total } }`,
      { filter: made.filter },
    )
    expect((await changes.next()).conversationsChanged).toEqual({ kind: 'SNAPSHOT', total: made.count })
    await server.conversation(inboxId)
    expect((await changes.next()).conversationsChanged).toEqual({ kind: 'ENTERED', total: made.count + 1 })
    await client.dispose()
    expect((await saved())[0].count).toBe(made.count + 1)
    await call('deleteView', { viewId: made.id })
  })

  test.each([
    ['an empty name', { name: ' ' }, 'name'],
    ['a long name', { name: 'x'.repeat(101) }, 'name'],
    ['a long icon', { icon: 'x'.repeat(41) }, 'icon'],
    [
      'a filter that contradicts itself',
      { filter: { not: { assigneeId: 'agent_x', unassigned: true } } },
      'filter.not.unassigned',
    ],
    ['no team, for a team', { scope: 'TEAM' }, 'teamId'],
    ['a team, for oneself', { teamId: true }, 'teamId'],
  ])('is refused with %s', async (_, input, field) => {
    const given = { name: 'Mine', scope: 'PERSONAL', ...input, ...('teamId' in input && { teamId }) }
    expect(await call('createView', given)).toMatchObject({ code: 'INVALID', field })
    const { scope, teamId: team, ...settings } = given
    if (field === 'teamId') return
    const made = await created({})
    expect(await call('updateView', { viewId: made.id, ...settings })).toMatchObject({
      code: 'INVALID',
      field,
    })
    await call('deleteView', { viewId: made.id })
  })
})

describe('the rights', () => {
  const sees = async (id: string, token: string) => {
    const inList = (await saved(token)).some((view) => view.id === id)
    const { node } = await server.must('query ($id: ID!) { node(id: $id) { id } }', { id }, token)
    expect(node !== null).toBe(inList)
    return inList
  }
  const changes = async (viewId: string, token: string) => {
    const { code } = await call('updateView', { viewId, name: 'Changed' }, token)
    if (code) expect(await call('deleteView', { viewId }, token)).toMatchObject({ code })
    return code ?? 'yes'
  }

  test('a personal view is its maker’s alone, also before admins', async () => {
    const { id } = await created({})
    expect([await sees(id, ann.token), await changes(id, ann.token)]).toEqual([true, 'yes'])
    for (const { token } of [ben, server]) {
      expect([await sees(id, token), await changes(id, token)]).toEqual([false, 'NOT_FOUND'])
    }
  })

  test('a team’s view is its members’, who alone make them', async () => {
    const { id, team } = await created({ scope: 'TEAM', teamId })
    expect(team).toEqual({ name: 'Returns' })
    expect([await sees(id, ann.token), await changes(id, ann.token)]).toEqual([true, 'yes'])
    expect([await sees(id, ben.token), await changes(id, ben.token)]).toEqual([false, 'NOT_FOUND'])
    const input = { name: 'Theirs', scope: 'TEAM', teamId }
    expect(await call('createView', input, ben.token)).toMatchObject({ code: 'FORBIDDEN' })
    await server.app.db.pool.query('insert into team_member (team_id, agent_id) values ($1, $2)', [
      storedId('Team', teamId),
      storedId('Agent', ben.id),
    ])
    expect([await sees(id, ben.token), await changes(id, ben.token)]).toEqual([true, 'yes'])
  })

  test('a shared view is everybody’s to see and the admins’ to make and change', async () => {
    expect(await call('createView', { name: 'All', scope: 'SHARED' })).toMatchObject({ code: 'FORBIDDEN' })
    const { id } = await created({ scope: 'SHARED' }, server.token)
    expect([await sees(id, ann.token), await changes(id, ann.token)]).toEqual([true, 'FORBIDDEN'])
    expect([await sees(id, server.token), await changes(id, server.token)]).toEqual([true, 'yes'])
  })

  test('a shared view shows each what is in their sight', async () => {
    const other = await server.inbox('Other')
    await server.conversation(other)
    const shared = await created({ scope: 'SHARED', name: 'Other', filter: { inboxId: other } }, server.token)
    expect(shared.count).toBe(1)
    const [seen] = (await saved()).filter(({ id }) => id === shared.id)
    expect(seen).toMatchObject({ count: 0, conversations: { totalCount: 0, nodes: [] } })
  })

  test('nobody makes one, and a token that may only read does not', async () => {
    const { createApiToken } = await server.must(
      `mutation { createApiToken(input: { name: "reader", scopes: [READ] }) { __typename ... on CreateApiTokenPayload { secret } } }`,
      {},
      ann.token,
    )
    expect(await call('createView', { name: 'x', scope: 'PERSONAL' }, createApiToken.secret)).toMatchObject({
      code: 'FORBIDDEN',
    })
  })
})

test('an agent makes 200, and no more', async () => {
  const cid = await server.agent('Cid', [inboxId])
  await server.app.db.pool.query(
    `insert into view (id, scope, owner_id, name, filter, order_field, is_descending)
     select gen_random_uuid(), 'PERSONAL', $1, n::text, '{}', 'CREATED', true from generate_series(1, 199) n`,
    [storedId('Agent', cid.id)],
  )
  await created({}, cid.token)
  expect(await call('createView', { name: 'x', scope: 'PERSONAL' }, cid.token)).toMatchObject({
    code: 'INVALID',
  })
})

test('in the built-in one of what is snoozed, what wakes soonest comes first', async () => {
  const inbox = await server.inbox('Later')
  const { token } = await server.agent('Eve', [inbox])
  const ids = await Promise.all(Array.from({ length: 3 }, () => server.conversation(inbox)))
  for (const [index, day] of [2, 1, 3].entries()) {
    await change('snoozeConversation', { conversationId: ids[index], until: `2030-01-0${day}T00:00:00.000Z` })
  }
  const snoozed = (await views(token)).find(({ kind }) => kind === 'SNOOZED')
  expect(snoozed.orderBy).toEqual({ field: 'SNOOZED_UNTIL', direction: 'ASC' })
  expect(snoozed.conversations.nodes).toEqual([1, 0, 2].map((index) => ({ id: ids[index] })))
})
