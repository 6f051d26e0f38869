import { type GraphQLInputObjectType, getNamedType, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { schema } from '../../schema/schema.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'
import type { Block } from './documents.js'
import { readGuide } from './guide.js'

const blocks = readGuide()
/** These are for those who set the helpdesk up; all others an agent needs. */
const ofAdmins = ['Settings', 'AddAgent', 'ShareView']

let server: TestServer
/** What stands for an id in the guide, by its prefix. */
let ids: Record<string, string>
/** Of an AGENT, a member of the inbox; one who is about to sign out; and another agent of it. */
let agent: string
let leaving: string
let colleague: string

beforeAll(async () => {
  // Its time stands: what is held for a minute is held for as long as the tests take.
  const now = new Date()
  server = await startTestServer({ clock: { now: () => now } })
  const inboxId = await server.inbox('Garden shop')
  const amara = await server.agent('Amara', [inboxId])
  const bo = await server.agent('Bo', [inboxId])
  colleague = amara.token
  agent = bo.token
  leaving = await tokenOf(bo.id)
  await server.createFin({ inboxId })
  const conversationId = await server.conversation(inboxId, '<p>When are tulip bulbs back?</p>')
  await change('replyToConversation', { body: '<p>I am asking.</p>' })
  await change('addNote', { body: '<p>The depot knows.</p>' })
  await change('markConversationRead', { seq: 1 })
  await change('updateConversation', { tags: ['tulips'], priority: 'URGENT' })
  const { createTeam, createCannedReply } = await server.must(
    `mutation ($agentIds: [ID!]) {
      createTeam(input: { name: "Depot", agentIds: $agentIds }) {
        __typename ... on CreateTeamPayload { team { id } } }
      createCannedReply(input: { name: "Thanks", body: "Thank you, {{end_user.first_name}}", scope: SHARED }) {
        __typename }
    }`,
    { agentIds: [amara.id, bo.id] },
  )
  expect(createCannedReply.__typename).toBe('CreateCannedReplyPayload')
  const { holdReply } = await server.must(
    `mutation ($id: ID!) { holdReply(input: { conversationId: $id, body: "Held", seconds: 60 }) {
      __typename ... on HoldReplyPayload { heldReply { id } } } }`,
    { id: conversationId },
    agent,
  )
  const { conversation } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { messages(last: 2) { nodes { id } } endUser { id } timeline(last: 1) { pageInfo { startCursor } } } }',
    { id: conversationId },
  )
  const { setPassword } = await server.must(
    `mutation ($id: ID!) { setPassword(input: { agentId: $id, password: "correct horse" }) {
      __typename ... on SetPasswordPayload { agent { email } } } }`,
    { id: bo.id },
  )
  const { signIn } = await server.must(
    `mutation ($email: String!) { signIn(input: { email: $email, password: "correct horse" }) {
      __typename ... on SignInPayload { token } } }`,
    { email: setPassword.agent.email },
    null,
  )
  const { sessions } = await server.must('{ sessions { id } }', {}, signIn.token)
  ids = {
    agent: amara.id,
    conv: conversationId,
    held: holdReply.heldReply.id,
    inbox: inboxId,
    msg: conversation.messages.nodes[0].id,
    cursor: conversation.timeline.pageInfo.startCursor,
    password: 'correct horse',
    token: sessions[0].id,
    team: createTeam.team.id,
    user: conversation.endUser.id,
  }

  async function change(name: string, input: object) {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`
    await server.must(
      `mutation ($input: ${type}) { ${name}(input: $input) { __typename ... on Error { message } } }`,
      { input: { conversationId, ...input } },
      agent,
    )
  }

  async function tokenOf(agentId: string): Promise<string> {
    const { createApiToken } = await server.must(
      `mutation ($id: ID!) { createApiToken(input: { name: "another", agentId: $id }) {
        __typename ... on CreateApiTokenPayload { secret } } }`,
      { id: agentId },
    )
    return createApiToken.secret
  }
})
afterAll(() => server?.stop())

test('the guide has the documents that an inbox needs, each under a name of its own', () => {
  const names = blocks.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(
    expect.arrayContaining([
      ...['SignIn', 'Start', 'Sidebar', 'List', 'LiveList', 'Open', 'Earlier', 'Watch', 'MarkRead', 'Typing'],
      ...[
        'SaveDraft',
        'CannedReplies',
        'Hold',
        'Undo',
        'Edit',
        'Upload',
        'SignOut',
        'Pickers',
        'HandBack',
        'Begin',
      ],
      ...['Reply', 'Note', 'Assign', 'Change', 'SetStatus', 'Snooze', 'Panel', 'Settings', 'Everything'],
      ...['Sessions', 'EndSession', 'ChangePassword'],
    ]),
  )
})

// In the order of the page: whoever follows it does so.
test.each(blocks)('$name shows something', async ({ name, kind, block }) => {
  expect(validate(schema, parse(block.text))).toEqual([])
  const variables = variablesOf(block)
  const token = ofAdmins.includes(name) ? server.token : name === 'SignOut' ? leaving : agent
  const shown =
    kind === 'subscription'
      ? await firstOf(block.text, variables, token)
      : await answerOf(block.text, variables, token)
  for (const [field, value] of Object.entries(shown)) expectContent(field, value)
})

test('a token that is not accepted gives 401 and no data, and no token a viewer of null', async () => {
  const start = blocks.find(({ name }) => name === 'Start')?.block.text ?? ''
  const refused = await server.graphql(start, {}, 'gds_unknown')
  expect(refused.status).toBe(401)
  expect(refused).not.toHaveProperty('data')
  expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  expect((await server.graphql(start, {}, null)).data.viewer).toBeNull()
})

test('what is said of mutations without an idempotency key is so', () => {
  const inputs = Object.values(schema.getMutationType()?.getFields() ?? {}).map(({ name, args }) => {
    const fields = (getNamedType(args[0]?.type) as GraphQLInputObjectType).getFields()
    return { name, fields: Object.keys(fields) }
  })
  const keyless = inputs.filter(({ fields }) => !fields.includes('idempotencyKey'))
  expect(keyless.map(({ name }) => name).sort()).toEqual(['setTyping', 'signIn'])
  for (const { name, block } of blocks.filter(({ kind }) => kind === 'mutation')) {
    const { input } = JSON.parse(block.next?.text ?? '{}')
    const [field] = /\n {2}(\w+)\(input/.exec(block.text)?.slice(1) ?? []
    const isKeyless = ['setTyping', 'signIn', 'signOut'].includes(field ?? '')
    expect('idempotencyKey' in input, name).toBe(!isKeyless)
  }
})

test('an edit, a deletion and a redaction reach those who watch the conversation, and those who follow all', async () => {
  const said = await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "First" }) {
      __typename ... on AddNotePayload { message { id } } } }`,
    { id: ids.conv },
    colleague,
  )
  const { id } = said.addNote.message
  const { eventCursor: after } = await server.must('{ eventCursor }')
  const client = connect(server.url, agent)
  const watching = listen(client, textOf('Watch'), { id: ids.conv, after })
  const following = listen(client, textOf('Everything'), { after })
  onTestFinished(async () => {
    watching.stop()
    following.stop()
    await client.dispose()
  })
  for (const [field, input, as] of [
    ['editMessage', { messageId: id, body: 'Second' }, colleague],
    ['deleteMessage', { messageId: id }, colleague],
    ['redactMessage', { messageId: id }, server.token],
  ] as const)
    await server.must(
      `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) {
        ${field}(input: $input) { __typename ... on Error { message } } }`,
      { input },
      as,
    )
  const types = ['MESSAGE_EDITED', 'MESSAGE_DELETED', 'MESSAGE_REDACTED']
  for (const type of types) {
    const watched = (await watching.until(({ conversationUpdated: { event } }) => event?.type === type)).at(
      -1,
    )
    expect(watched.conversationUpdated.event.message, type).toMatchObject({ id })
    const followed = (await following.until(({ events }) => events.type === type)).at(-1)
    expect(followed.events.message, type).toMatchObject({ id })
  }
  const { node } = await server.must('query ($id: ID!) { node(id: $id) { ... on Message { deletedAt } } }', {
    id,
  })
  expect(node.deletedAt).not.toBeNull()
})

test('a page counts as unchanged while only what is kept elsewhere has changed', async () => {
  const variables = { filter: { endUserId: ids.user }, first: 10 }
  const { conversations } = (await answerOf(textOf('List'), variables, colleague)) as Lists
  const seen = conversations.signature
  const [row] = conversations.edges
  const again = () => answerOf(textOf('List'), { ...variables, seen }, colleague) as Promise<Lists>
  await server.must(
    `mutation ($id: ID!, $userId: ID!) {
      markConversationRead(input: { conversationId: $id, seq: 3 }) { __typename ... on Error { message } }
      updateEndUser(input: { endUserId: $userId, name: "Renamed" }) { __typename ... on Error { message } }
    }`,
    { id: ids.conv, userId: ids.user },
    colleague,
  )
  expect((await again()).conversations).toMatchObject({ isUnchanged: true, edges: [] })
  const anew = (await answerOf(textOf('List'), variables, colleague)) as Lists
  expect(anew.conversations.edges[0]?.node.endUser.name).toBe('Renamed')
  expect(anew.conversations.edges[0]?.node.unreadCount).toBeLessThan(row?.node.unreadCount ?? 0)
})

interface Lists {
  conversations: {
    signature: string
    isUnchanged: boolean
    edges: { node: { unreadCount: number; endUser: { name: string } } }[]
  }
}

function textOf(name: string): string {
  return blocks.find((one) => one.name === name)?.block.text ?? ''
}

function variablesOf({ next }: Block): Record<string, unknown> {
  if (next?.info !== 'json variables') return {}
  return JSON.parse(next.text.replaceAll(/(\w+)_…/g, (text, name) => ids[name] ?? text))
}

async function answerOf(text: string, variables: object, token: string): Promise<object> {
  const { data, errors } = await server.graphql(text, variables, token)
  expect(errors).toBeUndefined()
  return data
}

/** What a stream begins with, while things happen: when exactly it begins cannot be told from outside. */
async function firstOf(text: string, variables: Record<string, unknown>, token: string): Promise<object> {
  const client = connect(server.url, token)
  const listener = listen(client, text, variables)
  let isOver = false
  const happening = (async () => {
    while (!isOver) await happen()
  })()
  try {
    return (await listener.next()) as object
  } finally {
    isOver = true
    await happening
    listener.stop()
    await client.dispose()
  }
}

function happen() {
  return server.must(
    `mutation ($id: ID!) {
      addNote(input: { conversationId: $id, body: "More." }) { __typename ... on Error { message } }
      setTyping(input: { conversationId: $id, isTyping: true }) { __typename ... on Error { message } }
    }`,
    { id: ids.conv },
    colleague,
  )
}

/** Neither a refusal nor nothing; what is null or empty inside an entry is as it may be. */
function expectContent(field: string, value: unknown) {
  expect(value, field).not.toBeNull()
  if (typeof value !== 'object' || value === null) return
  expect(value, field).not.toHaveProperty('code')
  expect(Object.keys(value), field).not.toEqual([])
  for (const [name, list] of Object.entries(value)) {
    if (!Array.isArray(value) && name !== 'possibleDuplicates' && Array.isArray(list))
      expect(list, `${field}.${name}`).not.toEqual([])
    if (['conversation', 'conversations', 'message', 'timeline', 'viewer'].includes(name) && list !== null)
      expectContent(`${field}.${name}`, list)
  }
}
