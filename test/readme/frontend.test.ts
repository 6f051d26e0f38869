import { type OperationDefinitionNode, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schema } from '../../schema/schema.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'
import { type Block, readDocuments } from './documents.js'

const guide = readDocuments().find(({ file }) => file === 'docs/frontend.md')
if (!guide) throw new Error('There is no guide.')
const blocks = guide.blocks
  .filter(({ info }) => info === 'graphql')
  .map((block) => {
    const [operation] = parse(block.text).definitions as OperationDefinitionNode[]
    return { name: operation?.name?.value ?? '', kind: operation?.operation, block }
  })

let server: TestServer
/** What stands for an id in the guide, by its prefix. */
let ids: Record<string, string>
let colleague: string

beforeAll(async () => {
  server = await startTestServer()
  const inboxId = await server.inbox('Garden shop')
  const { id: agentId, token } = await server.agent('Amara', [inboxId])
  colleague = token
  const conversationId = await server.conversation(inboxId, '<p>When are tulip bulbs back?</p>')
  await change('replyToConversation', { body: '<p>I am asking.</p>' })
  await change('addNote', { body: '<p>The depot knows.</p>' })
  await change('markConversationRead', { seq: 1 })
  await change('updateConversation', { tags: ['tulips'], priority: 'URGENT' })
  const { createCannedReply } = await server.must(
    `mutation { createCannedReply(input: { name: "Thanks", body: "Thank you, {{end_user.first_name}}", scope: SHARED }) {
      __typename ... on Error { reason: message } } }`,
  )
  expect(createCannedReply.__typename).toBe('CreateCannedReplyPayload')
  const { holdReply } = await server.must(
    `mutation ($id: ID!) { holdReply(input: { conversationId: $id, body: "Held", seconds: 60 }) {
      __typename ... on HoldReplyPayload { heldReply { id } } } }`,
    { id: conversationId },
  )
  const { conversation } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { messages(last: 2) { nodes { id } } endUser { id } timeline(last: 1) { pageInfo { startCursor } } } }',
    { id: conversationId },
  )
  const { signIn } = await server.must(
    `mutation { signIn(input: { email: "admin@example.com", password: "correct horse" }) {
      __typename ... on SignInPayload { token } } }`,
    {},
    null,
  )
  const { sessions } = await server.must('{ sessions { id } }', {}, signIn.token)
  ids = {
    agent: agentId,
    conv: conversationId,
    held: holdReply.heldReply.id,
    msg: conversation.messages.nodes[0].id,
    cursor: conversation.timeline.pageInfo.startCursor,
    password: 'correct horse',
    token: sessions[0].id,
    user: conversation.endUser.id,
  }

  async function change(name: string, input: object) {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`
    await server.must(
      `mutation ($input: ${type}) { ${name}(input: $input) { __typename ... on Error { message } } }`,
      { input: { conversationId, ...input } },
    )
  }
})
afterAll(() => server?.stop())

test('the guide has the documents that an inbox needs, each under a name of its own', () => {
  const names = blocks.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(
    expect.arrayContaining([
      ...['SignIn', 'Start', 'Sidebar', 'List', 'LiveList', 'Open', 'Earlier', 'Watch', 'MarkRead', 'Typing'],
      ...['SaveDraft', 'CannedReplies', 'Hold', 'Undo', 'Edit', 'Upload'],
      ...['Reply', 'Note', 'Assign', 'Change', 'SetStatus', 'Snooze', 'Panel', 'Settings', 'Everything'],
      ...['Sessions', 'EndSession', 'ChangePassword'],
    ]),
  )
})

// In the order of the page: whoever follows it does so.
test.each(blocks)('$name shows something', async ({ kind, block }) => {
  expect(validate(schema, parse(block.text))).toEqual([])
  const variables = variablesOf(block)
  const shown =
    kind === 'subscription' ? await firstOf(block.text, variables) : await answerOf(block.text, variables)
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

function variablesOf({ next }: Block): Record<string, unknown> {
  if (next?.info !== 'json variables') return {}
  return JSON.parse(next.text.replaceAll(/(\w+)_…/g, (text, name) => ids[name] ?? text))
}

async function answerOf(text: string, variables: object): Promise<object> {
  const { data, errors } = await server.graphql(text, variables)
  expect(errors).toBeUndefined()
  return data
}

/** What a stream begins with, while things happen: when exactly it begins cannot be told from outside. */
async function firstOf(text: string, variables: Record<string, unknown>): Promise<object> {
  const client = connect(server.url, server.token)
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
