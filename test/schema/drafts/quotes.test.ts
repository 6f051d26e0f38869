import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.js'
import { type Data, desk, type Person } from './desk.js'

// What a draft and a held reply have beside their words: the message that they quote, and whom a note mentions.
let server: TestServer
let the: ReturnType<typeof desk>
let inboxId: string
let ann: Person
let ben: Person
let conversationId: string
let question: string
let note: string

beforeAll(async () => {
  // Time stands still: what is held is sent when a test says so.
  const now = new Date()
  server = await startTestServer({ clock: { now: () => now } })
  the = desk(server)
  inboxId = await server.inbox()
  ann = await server.agent('Ann', [inboxId])
  ben = await server.agent('Ben', [inboxId])
})
beforeEach(async () => {
  conversationId = await server.conversation(inboxId, 'Where is it?')
  const { conversation } = await the.must('addNote', { conversationId, body: 'Lost' }, ben)
  ;[question, note] = conversation.messages.nodes.map(({ id }: Data) => id)
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

async function drafts({ token } = ann): Promise<Data[]> {
  const { conversation } = await server.must(
    `query ($id: ID!) { conversation(id: $id) { drafts { visibility text quotedMessage { id } mentions {
      ... on Agent { agentId: id } ... on Team { teamId: id } } } } }`,
    { id: conversationId },
    token,
  )
  return conversation.drafts
}

const save = (visibility: string, more: object) =>
  the.call('saveDraft', { conversationId, visibility, ...more }, ann)

test('a draft keeps what it quotes and whom it mentions, and lets them go', async () => {
  const { createTeam } = await server.must(
    `mutation ($input: CreateTeamInput!) { createTeam(input: $input) { ... on CreateTeamPayload { team { id } } } }`,
    { input: { name: 'Refunds', agentIds: [ben.id] } },
  )
  const teamId = createTeam.team.id
  await save('PUBLIC', { quotedMessageId: question })
  await save('PRIVATE', {
    body: 'Look',
    quotedMessageId: note,
    mentionedAgentIds: [ben.id],
    mentionedTeamIds: [teamId],
  })
  expect(await drafts()).toEqual([
    { visibility: 'PUBLIC', text: '', quotedMessage: { id: question }, mentions: [] },
    {
      visibility: 'PRIVATE',
      text: 'Look',
      quotedMessage: { id: note },
      mentions: [{ agentId: ben.id }, { teamId }],
    },
  ])
  await save('PUBLIC', {})
  await save('PRIVATE', { body: 'Look' })
  expect(await drafts()).toEqual([{ visibility: 'PRIVATE', text: 'Look', quotedMessage: null, mentions: [] }])
})

test('it quotes and mentions only what its message could', async () => {
  const elsewhere = await server.conversation(inboxId)
  const foreign = (await the.conversation(elsewhere, ann)).messages.nodes[0].id
  const stranger = await server.agent('Eve', [await server.inbox()])
  const invalid = (field: string) => ({ code: 'INVALID', field })
  expect(await save('PUBLIC', { quotedMessageId: note })).toMatchObject(invalid('quotedMessageId'))
  expect(await save('PRIVATE', { quotedMessageId: foreign })).toMatchObject(invalid('quotedMessageId'))
  expect(await save('PRIVATE', { mentionedAgentIds: [stranger.id] })).toMatchObject(
    invalid('mentionedAgentIds.0'),
  )
  expect(await save('PUBLIC', { mentionedAgentIds: [ben.id] })).toMatchObject(invalid('visibility'))
  expect(
    await the.call('holdReply', { conversationId, body: 'x', quotedMessageId: note }, ann),
  ).toMatchObject(invalid('quotedMessageId'))
})

test('a held reply is sent with what it quotes, which others see only then', async () => {
  const { heldReply } = await the.must(
    'holdReply',
    { conversationId, body: 'Here', quotedMessageId: question },
    ann,
  )
  const quoted = async ({ token }: Person) =>
    (
      await server.must(
        `query ($id: ID!) { node(id: $id) { ... on HeldReply { quotedMessage { id } message { quotedMessage { id } } } } }`,
        { id: heldReply.id },
        token,
      )
    ).node
  expect(await quoted(ann)).toEqual({ quotedMessage: { id: question }, message: null })
  expect(await quoted(ben)).toEqual({ quotedMessage: null, message: null })
  await the.must('sendHeldReply', { heldReplyId: heldReply.id }, ann)
  expect(await quoted(ben)).toEqual({ quotedMessage: null, message: { quotedMessage: { id: question } } })
})

test('one that is undone is a draft with what it quoted, before what was begun since', async () => {
  const hold = { conversationId, body: 'Held', quotedMessageId: question }
  const undone = async () => {
    const { heldReply } = await the.must('holdReply', hold, ann)
    return () => the.must('undoReply', { heldReplyId: heldReply.id }, ann)
  }
  const undo = await undone()
  await undo()
  expect(await drafts()).toMatchObject([{ text: 'Held', quotedMessage: { id: question } }])
  const again = await undone()
  await save('PUBLIC', { body: 'Begun' })
  await again()
  expect(await drafts()).toMatchObject([{ quotedMessage: { id: question } }])
  expect((await drafts())[0].text).toMatch(/^Held\s+Begun$/)
})
