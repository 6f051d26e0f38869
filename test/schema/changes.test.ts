import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer
let inboxId: string
let conversationId: string
let now = Date.now()
const clock: Clock = { now: () => new Date(now) }

beforeAll(async () => {
  server = await startTestServer({ clock })
  inboxId = await server.inbox()
  conversationId = await server.conversation(inboxId)
})
afterAll(() => server.stop())

const shown = `conversation { version revision status priority title attributes tags { name } assignee { name } team { name }
  snoozedUntil waitingSince handedOffAt }`

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects
async function change(name: string, input: object, token?: string): Promise<any> {
  const title = name[0]?.toUpperCase() + name.slice(1)
  const document = `mutation ($input: ${title}Input!) { ${name}(input: $input) {
    __typename ... on ${title}Payload { ${shown} } ... on ValidationError { field } ... on Error { code reason: message } } }`
  return (await server.graphql(document, { input: { conversationId, ...input } }, token)).data[name]
}

async function events(): Promise<{ type: string }[]> {
  const { rows } = await server.app.db.pool.query('select type, changes from event order by id')
  return rows
}

describe('each change is recorded once, and one that changes nothing not at all', () => {
  test.each([
    [
      'setConversationStatus',
      { status: 'RESOLVED' },
      ['STATUS_CHANGED'],
      { status: 'RESOLVED', waitingSince: null },
    ],
    ['updateConversation', { title: ' Delivery ' }, ['TITLE_CHANGED'], { title: 'Delivery' }],
    ['updateConversation', { priority: 'HIGH' }, ['PRIORITY_CHANGED'], { priority: 'HIGH' }],
    [
      'updateConversation',
      { tags: ['b', 'a', 'a '] },
      ['TAGS_CHANGED'],
      { tags: [{ name: 'a' }, { name: 'b' }] },
    ],
    ['updateConversation', { tags: ['b', 'c'] }, ['TAGS_CHANGED'], { tags: [{ name: 'b' }, { name: 'c' }] }],
    [
      'updateConversation',
      { attributes: { order: 7, vip: true } },
      ['ATTRIBUTES_CHANGED'],
      { attributes: { order: 7, vip: true } },
    ],
    [
      'updateConversation',
      { attributes: { order: null, plan: { name: 'x' } } },
      ['ATTRIBUTES_CHANGED'],
      { attributes: { vip: true, plan: { name: 'x' } } },
    ],
    [
      'updateConversation',
      { title: null, priority: 'LOW' },
      ['TITLE_CHANGED', 'PRIORITY_CHANGED'],
      { title: null, priority: 'LOW' },
    ],
  ])('%s %j', async (name, input, types, state) => {
    const before = await events()
    const first = (await change(name, input)).conversation
    expect(first).toMatchObject(state)
    const after = await events()
    expect(after.slice(before.length).map((event) => event.type)).toEqual(types)
    const again = (await change(name, input)).conversation
    expect(again).toEqual(first)
    expect(await events()).toHaveLength(after.length)
  })
})

test('an assignment needs an agent of the inbox; neither agent nor team unassigns', async () => {
  const member = await server.agent('Member', [inboxId])
  const stranger = await server.agent('Stranger', [])
  expect((await change('assignConversation', { agentId: member.id })).conversation.assignee).toEqual({
    name: 'Member',
  })
  expect(await change('assignConversation', { agentId: stranger.id })).toMatchObject({
    __typename: 'ForbiddenError',
  })
  expect(await change('assignConversation', { agentId: 'agent_nonsense' })).toMatchObject({
    __typename: 'NotFoundError',
  })
  const { createTeam } = await server.must(
    `mutation ($id: ID!) { createTeam(input: { name: "Returns", agentIds: [$id] }) { __typename ... on CreateTeamPayload { team { id } } } }`,
    { id: member.id },
  )
  expect((await change('assignConversation', { teamId: createTeam.team.id })).conversation).toMatchObject({
    assignee: null,
    team: { name: 'Returns' },
  })
  expect((await change('assignConversation', {})).conversation).toMatchObject({ assignee: null, team: null })
})

test('titles, names and personal values stand in no event', async () => {
  await change('updateConversation', {
    title: 'A very personal title',
    attributes: { secret: 'a very personal value' },
  })
  expect(JSON.stringify(await events())).not.toContain('very personal')
})

test('a snoozed conversation wakes when its time comes, and when the end-user writes', async () => {
  const until = new Date(now + 3_600_000).toISOString()
  const { eventCursor: after } = await server.must('{ eventCursor }')
  expect(await change('snoozeConversation', { until: new Date(now - 1).toISOString() })).toMatchObject({
    __typename: 'ValidationError',
    field: 'until',
  })
  expect((await change('snoozeConversation', { until })).conversation).toMatchObject({
    status: 'SNOOZED',
    snoozedUntil: until,
  })
  const client = connect(server.url, server.token)
  const stream = listen(
    client,
    `subscription ($after: EventCursor) { events(after: $after, filter: { types: [STATUS_CHANGED] }) {
      origin { api } actor { __typename } conversation { status snoozedUntil } ... on StatusChanged { from to } } }`,
    { after },
  )
  const snoozed = (await stream.until(({ events }) => events.to === 'SNOOZED')).at(-1)
  expect(snoozed.events.origin.api).toBe('GRAPHQL')
  now += 3_600_001
  expect((await stream.next()).events).toEqual({
    origin: { api: 'SYSTEM' },
    actor: null,
    conversation: { status: 'OPEN', snoozedUntil: null },
    from: 'SNOOZED',
    to: 'OPEN',
  })
  await client.dispose()

  await change('snoozeConversation', { until: new Date(now + 3_600_000).toISOString() })
  const received = await server.must(
    `mutation ($id: ID!) { receiveMessage(input: { conversationId: $id, message: { body: "Are you there?" } }) {
      __typename ... on ReceiveMessagePayload { conversation { status waitingSince } } ... on Error { reason: message } } }`,
    { id: conversationId },
  )
  expect(received.receiveMessage.conversation).toEqual({
    status: 'OPEN',
    waitingSince: new Date(now).toISOString(),
  })
})

test.each(['RESOLVED', 'CLOSED', 'ENDED'])(
  'an end-user’s message reopens a conversation that is %s',
  async (status) => {
    await change('setConversationStatus', { status })
    const { receiveMessage } = await server.must(
      `mutation ($id: ID!) { receiveMessage(input: { conversationId: $id, message: { body: "One more thing" } }) {
      __typename ... on ReceiveMessagePayload { conversation { status } } ... on Error { reason: message } } }`,
      { id: conversationId },
    )
    expect(receiveMessage.conversation.status).toBe('OPEN')
  },
)

test('reading never goes back, records no event and leaves the conversation as it is', async () => {
  const before = await events()
  const row = () =>
    server.app.db.pool.query(
      'select xmin from conversation where id = (select conversation_id from conversation_read limit 1)',
    )
  await change('markConversationRead', {})
  const { rows } = await row()
  await change('markConversationRead', { seq: 1 })
  const read = await server.app.db.pool.query('select seq from conversation_read')
  expect(read.rows[0].seq).toBeGreaterThan(1)
  expect((await row()).rows).toEqual(rows)
  expect(await events()).toHaveLength(before.length)
})

test('only Fin’s integration speaks for Fin or pushes its state', async () => {
  const { data } = await server.graphql(
    `mutation ($id: ID!) {
      speak: receiveMessage(input: { conversationId: $id, message: { author: FIN, body: "x" } }) { __typename }
      sync: syncConversation(input: { conversationId: $id, title: "x" }) { __typename } }`,
    { id: conversationId },
  )
  expect(data).toEqual({ speak: { __typename: 'ForbiddenError' }, sync: { __typename: 'ForbiddenError' } })
})

test('replies to one conversation in parallel take 1, 2, 3, … without gaps, and none is lost', async () => {
  const id = await server.conversation(inboxId)
  const reply = `mutation ($id: ID!) { replyToConversation(input: { conversationId: $id, body: "x" }) {
    __typename ... on ReplyToConversationPayload { message { seq } } ... on Error { reason: message } } }`
  const answers = await Promise.all(Array.from({ length: 30 }, () => server.must(reply, { id })))
  const seqs = answers.map((answer) => answer.replyToConversation.message.seq).sort((a, b) => a - b)
  expect(seqs).toEqual(Array.from({ length: 30 }, (_, i) => i + 2))
})
