import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fetchToken, finClient } from '../rest-adapter/finClient.js'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer
let fin: TestFin
let ann: { id: string; token: string }
let bob: { id: string; token: string }
let outsider: { id: string; token: string }
let team: string
let otherTeam: string
let conversationId: string

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
  ann = await server.agent('Ann', [fin.inboxId])
  bob = await server.agent('Bob', [fin.inboxId])
  outsider = await server.agent('Outsider', [await server.inbox('Elsewhere')])
  team = await makeTeam('Refunds', [bob.id, outsider.id])
  otherTeam = await makeTeam('Elsewhere', [outsider.id])
})
beforeEach(async () => {
  conversationId = await server.conversation(fin.inboxId)
})
afterAll(() => server.stop())

async function makeTeam(name: string, agentIds: string[]): Promise<string> {
  const { createTeam } = await server.must(
    `mutation ($input: CreateTeamInput!) { createTeam(input: $input) { __typename ... on CreateTeamPayload { team { id } } } }`,
    { input: { name, agentIds } },
  )
  return createTeam.team.id
}

const message = `message { id quotedMessage { id text } mentions { __typename ... on Agent { id } ... on Team { id } } }`

// biome-ignore lint/suspicious/noExplicitAny: what the documents select
async function say(mutation: 'addNote' | 'replyToConversation', input: object): Promise<any> {
  const name = mutation === 'addNote' ? 'AddNote' : 'ReplyToConversation'
  const { data, errors } = await server.graphql(
    `mutation ($input: ${name}Input!) { ${mutation}(input: $input) { ... on ${name}Payload { ${message} }
      ... on Error { code } ... on ValidationError { field } } }`,
    { input: { conversationId, body: 'Look', ...input } },
    ann.token,
  )
  expect(errors).toBeUndefined()
  return data[mutation]
}

const mentioned = async (token: string) => {
  const { viewer } = await server.must(
    '{ viewer { views { kind count conversations { nodes { id } } } } }',
    {},
    token,
  )
  const { count, conversations } = viewer.views.find(({ kind }: { kind: string }) => kind === 'MENTIONS')
  expect(count).toBe(conversations.nodes.length)
  return conversations.nodes.map(({ id }: { id: string }) => id)
}

test('whom a note mentions, or whose team, finds its conversation among the mentions, and nobody else does', async () => {
  const { message } = await say('addNote', { mentionedAgentIds: [ann.id, ann.id], mentionedTeamIds: [team] })
  expect(message.mentions).toEqual([
    { __typename: 'Agent', id: ann.id },
    { __typename: 'Team', id: team },
  ])
  expect(await mentioned(ann.token)).toContain(conversationId)
  expect(await mentioned(bob.token)).toContain(conversationId)
  // In their team, but the inbox is not theirs.
  expect(await mentioned(outsider.token)).toEqual([])
  expect(await mentioned(server.token)).not.toContain(conversationId)
})

test('a note that is deleted mentions nobody any more', async () => {
  const { message } = await say('addNote', { mentionedAgentIds: [bob.id] })
  expect(await mentioned(bob.token)).toContain(conversationId)
  const { deleteMessage } = await server.must(
    'mutation ($id: ID!) { deleteMessage(input: { messageId: $id }) { __typename ... on DeleteMessagePayload { message { mentions { __typename } } } } }',
    { id: message.id },
    ann.token,
  )
  expect(deleteMessage.message.mentions).toEqual([])
  expect(await mentioned(bob.token)).not.toContain(conversationId)
})

test('a mention is heard with its note', async () => {
  const { eventCursor: after } = await server.must('{ eventCursor }', {}, bob.token)
  const client = connect(server.url, bob.token)
  const { until } = listen(
    client,
    `subscription ($after: EventCursor) { events(after: $after, filter: { types: [MESSAGE_ADDED] }) {
      ... on MessageAdded { ${message} } } }`,
    { after },
  )
  await say('addNote', { mentionedAgentIds: [bob.id] })
  const heard = await until(({ events }) => events.message.mentions.length > 0)
  expect(heard.at(-1).events.message.mentions).toEqual([{ __typename: 'Agent', id: bob.id }])
  await client.dispose()
})

test('whoever does not see the inbox cannot be mentioned, nor can a bot', async () => {
  for (const input of [
    { mentionedAgentIds: [bob.id, outsider.id] },
    { mentionedAgentIds: [bob.id, fin.agentId] },
  ]) {
    expect(await say('addNote', input)).toEqual({ code: 'INVALID', field: 'mentionedAgentIds.1' })
  }
  expect(await say('addNote', { mentionedTeamIds: [otherTeam] })).toEqual({
    code: 'INVALID',
    field: 'mentionedTeamIds.0',
  })
  expect((await say('addNote', { mentionedAgentIds: ['agent_nonsense'] })).code).toBe('NOT_FOUND')
  expect(await mentioned(bob.token)).not.toContain(conversationId)
})

test('a message quotes another of its conversation, in public no note', async () => {
  const note = (await say('addNote', { body: 'Between us' })).message.id
  const reply = (await say('replyToConversation', { body: 'Good day' })).message.id
  const elsewhere = conversationId
  const answered = await say('replyToConversation', { quotedMessageId: reply })
  expect(answered.message.quotedMessage).toEqual({ id: reply, text: 'Good day' })
  expect((await say('addNote', { quotedMessageId: note })).message.quotedMessage.id).toBe(note)
  const refused = { code: 'INVALID', field: 'quotedMessageId' }
  expect(await say('replyToConversation', { quotedMessageId: note })).toEqual(refused)
  conversationId = await server.conversation(fin.inboxId)
  for (const quotedMessageId of [note, reply]) {
    expect(await say('addNote', { quotedMessageId })).toEqual(refused)
    expect(await say('replyToConversation', { quotedMessageId })).toEqual(refused)
  }
  const client = finClient(server, await fetchToken(server, fin), 'posts')
  expect(await client.call('getMessages', { conversation_id: elsewhere })).toHaveLength(5)
})
