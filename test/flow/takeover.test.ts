import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FinClient, fetchToken, finClient, objectId } from '../rest-adapter/finClient.js'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'

// Fin and a human on one conversation: what either does, and who may undo whom.
let server: TestServer
let fin: TestFin
let client: FinClient
let agent: { id: string; token: string }
let id: string

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
  client = finClient(server, await fetchToken(server, fin), 'posts')
  agent = await server.agent('Ann', [fin.inboxId])
})
afterAll(() => server.stop())

beforeEach(async () => {
  const opened = await client.open({ user: { name: 'Eve', email: `${objectId()}@example.org` } })
  id = opened.conversation.id
})

const conversation = async () =>
  (
    await server.must(
      `query ($id: ID!) { conversation(id: $id) { status title version handedOffAt waitingSince assignee { id } tags { name } attributes
        messages { nodes { text isLate author { __typename } } } } }`,
      { id },
    )
  ).conversation

async function team(): Promise<string> {
  const { createTeam } = await server.must(
    `mutation ($input: CreateTeamInput!) { createTeam(input: $input) { ... on CreateTeamPayload { team { id } } } }`,
    { input: { name: `Refunds ${objectId()}`, agentIds: [agent.id] } },
  )
  return createTeam.team.id
}

const versions = async () =>
  (await server.must('query ($id: ID!) { conversation(id: $id) { version revision } }', { id })).conversation

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects
const human = async (name: string, input: object = {}): Promise<any> => {
  const title = name[0]?.toUpperCase() + name.slice(1)
  return server.must(
    `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input: { conversationId: id, ...input } },
    agent.token,
  )
}

const finSays = (body: string) =>
  client.call('createMessage', {
    conversation_id: id,
    body,
    author: { id: fin.agentId, user_type: 'agent' },
    object_id: objectId(),
  })

const finPushes = (state: object) => client.call('updateConversation', { conversation_id: id, ...state })

test('what Fin opens is held by Fin; a handoff lets go and starts the wait', async () => {
  expect(await conversation()).toMatchObject({ assignee: { id: fin.agentId }, handedOffAt: null })
  await finSays('Let me see')
  expect((await conversation()).waitingSince).toBeNull()
  const answer = await finPushes({ assignee_id: null })
  expect(answer.assignee).toBeNull()
  const { handedOffAt, waitingSince, version } = await conversation()
  expect(handedOffAt).not.toBeNull()
  expect(waitingSince).not.toBeNull()
  await finPushes({ assignee_id: null })
  expect((await conversation()).version).toBe(version)
})

test('a human’s reply takes it over, a note does not; from then on Fin cannot take it back', async () => {
  await human('addNote', { body: 'I look at this' })
  expect((await conversation()).assignee).toEqual({ id: fin.agentId })
  await human('replyToConversation', { body: 'I am here' })
  expect(await conversation()).toMatchObject({ assignee: { id: agent.id }, handedOffAt: null })

  const answer = await finPushes({ assignee_id: fin.agentId })
  expect(answer.assignee.id).toBe(agent.id)
  expect((await finPushes({ assignee_id: null })).assignee.id).toBe(agent.id)
  expect((await conversation()).assignee).toEqual({ id: agent.id })
})

test('what a human takes Fin off, or gives to a team or another bot, Fin neither takes back nor lets go of', async () => {
  const { createAgent } = await server.must(
    `mutation { createAgent(input: { name: "Robot", email: "robot@example.com", isBot: true }) {
      ... on CreateAgentPayload { agent { id } } } }`,
  )
  const bot = createAgent.agent.id
  await server.must(
    `mutation ($input: AddInboxMemberInput!) { addInboxMember(input: $input) { __typename } }`,
    { input: { inboxId: fin.inboxId, agentId: bot } },
  )
  for (const given of [{}, { agentId: bot }, { teamId: await team() }]) {
    await human('assignConversation', given)
    const { assignee } = await finPushes({ status: 'resolved', assignee_id: fin.agentId })
    expect(assignee?.id).toBe('agentId' in given ? bot : undefined)
    expect((await finPushes({ assignee_id: null })).assignee).toEqual(assignee)
    expect((await conversation()).handedOffAt).toBeNull()
    await human('handBackToFin')
    expect((await finPushes({ assignee_id: fin.agentId })).assignee.id).toBe(fin.agentId)
  }
})

test.each(['human', 'team'])(
  'while a %s holds it Fin sets no status, though no human has',
  async (holder) => {
    if (holder === 'human') await human('replyToConversation', { body: 'I am here' })
    else await human('assignConversation', { teamId: await team() })
    for (const status of ['resolved', 'closed', 'ended'])
      expect((await finPushes({ status })).status).toBe('open')
    await finSays('Too late')
    const { messages } = await conversation()
    expect(messages.nodes.at(-1)).toMatchObject({ text: 'Too late', isLate: true })
  },
)

test('who waits for a human waits until one answers, whatever Fin says', async () => {
  await human('replyToConversation', { body: 'I am here' })
  await client.call('createMessage', { conversation_id: id, body: 'Are you there?', object_id: objectId() })
  const { waitingSince } = await conversation()
  expect(waitingSince).not.toBeNull()
  await finSays('late')
  expect((await conversation()).waitingSince).toBe(waitingSince)
  await human('replyToConversation', { body: 'Yes' })
  expect((await conversation()).waitingSince).toBeNull()
})

test('a handoff starts the wait also together with a status, unless the conversation is over', async () => {
  await finSays('Bye')
  await finPushes({ status: 'resolved' })
  await finPushes({ status: 'open', assignee_id: null })
  const { waitingSince } = await conversation()
  expect(waitingSince).not.toBeNull()
  await finSays('A colleague will answer')
  expect((await conversation()).waitingSince).toBe(waitingSince)

  await human('handBackToFin')
  await finPushes({ status: 'closed', assignee_id: null })
  expect(await conversation()).toMatchObject({ status: 'CLOSED', waitingSince: null })
})

test('tags of Fin and of a human together are cut at what a conversation may have', async () => {
  const tags = (start: string) => Array.from({ length: 30 }, (_, number) => `${start}${number}`)
  await human('replyToConversation', { body: 'I am here' })
  await human('updateConversation', { tags: tags('human') })
  const answer = await finPushes({ tags: tags(' fin '), attributes: { topic: 'x' } })
  expect(answer.tags).toHaveLength(50)
  expect(answer.tags).toEqual(expect.arrayContaining(tags('human')))
  expect(answer.attributes).toEqual({ topic: 'x' })
  const { revision } = await versions()
  await finPushes({ tags: answer.tags.map((tag: string) => ` ${tag} `) })
  expect((await versions()).revision).toBe(revision)
})

test('what Fin says after that is kept, and marked late', async () => {
  await finSays('early')
  await human('replyToConversation', { body: 'I am here' })
  await finSays('late')
  const { messages } = await conversation()
  expect(
    messages.nodes
      .map((message: { text: string; isLate: boolean }) => [message.text, message.isLate])
      .slice(1),
  ).toEqual([
    ['early', false],
    ['I am here', false],
    ['late', true],
  ])
})

test('what would undo a human’s doing is not applied, recorded, and answered with the true state', async () => {
  await human('replyToConversation', { body: 'I am here' })
  await human('updateConversation', { title: 'Refund', tags: ['money'] })
  await human('setConversationStatus', { status: 'RESOLVED' })
  const answer = await finPushes({
    status: 'open',
    title: 'Chat',
    tags: ['chat'],
    attributes: { topic: 'x' },
  })
  expect(answer).toMatchObject({ status: 'resolved', title: 'Refund', attributes: { topic: 'x' } })
  expect(answer.tags.toSorted()).toEqual(['chat', 'money'])
  const { finIntegration } = await server.must(
    `query ($id: ID!) { finIntegration(id: $id) { log { kind detail conversationId } } }`,
    {
      id: fin.integrationId,
    },
  )
  const mine = finIntegration.log.filter((entry: { conversationId: string }) => entry.conversationId === id)
  expect(
    mine.map((entry: { kind: string; detail: string }) => [entry.kind, entry.detail.split(/[: ]/)[0]]).sort(),
  ).toEqual([
    ['NOT_APPLIED', 'status'],
    ['NOT_APPLIED', 'tags'],
    ['NOT_APPLIED', 'title'],
  ])
})

test('a status set by a human stays, also where Fin holds the conversation, until the end-user writes', async () => {
  await human('setConversationStatus', { status: 'CLOSED' })
  expect((await finPushes({ status: 'open' })).status).toBe('closed')
  await client.call('createMessage', {
    conversation_id: id,
    body: 'Hello again',
    author: { user_type: 'end_user' },
    object_id: objectId(),
  })
  expect((await conversation()).status).toBe('OPEN')
  expect((await finPushes({ status: 'resolved' })).status).toBe('resolved')
})

test('snoozed is open to Fin, and its push of open does not wake it', async () => {
  await human('snoozeConversation', { until: '2099-01-01T00:00:00.000Z' })
  expect((await client.call('getConversation', { conversation_id: id })).status).toBe('open')
  await finPushes({ status: 'open' })
  expect((await conversation()).status).toBe('SNOOZED')
})

test('handed back, Fin holds it again, and is the one to resolve it', async () => {
  await human('replyToConversation', { body: 'I am here' })
  await human('setConversationStatus', { status: 'CLOSED' })
  await human('setConversationStatus', { status: 'OPEN' })
  await human('handBackToFin')
  expect(await conversation()).toMatchObject({ assignee: { id: fin.agentId }, handedOffAt: null })
  await finSays('Back again')
  const { messages } = await conversation()
  expect(messages.nodes.at(-1)).toMatchObject({ text: 'Back again', isLate: false })
  expect((await finPushes({ status: 'resolved' })).status).toBe('resolved')
})
