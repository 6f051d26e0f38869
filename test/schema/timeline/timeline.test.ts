import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { numberEvents } from '../../../src/events/numbering.js'
import { movableClock } from '../../support/clock.js'
import { dropOldFeed, moveLog } from '../../support/feed.js'
import { after, before } from '../../support/meanwhile.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { connect, listen } from '../../support/socket.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

test('an entry shows what it is about, a message its author', async () => {
  const { id: agentId, token } = await server.agent('Ann', [inboxId])
  const id = await server.conversation(inboxId, '<p>Where is <b>it</b>?</p>')
  await update(server, id, { tags: ['b', 'a'], priority: 'HIGH', title: 'Parcel' })
  await update(server, id, { tags: ['b'], status: 'RESOLVED' })
  await server.must(
    `mutation ($input: ReplyToConversationInput!) { replyToConversation(input: $input) {
      __typename ... on Error { reason: message } } }`,
    { input: { conversationId: id, body: 'Here', attachments: [{ url: 'https://example.com/a.pdf' }] } },
    token,
  )
  const { conversation } = await server.must(
    `query ($id: ID!) { conversation(id: $id) { timeline { nodes {
      __typename
      ... on Message { seq body attachments { url } author { ... on Agent { id } ... on EndUser { name } } conversation { id } }
      ... on Event { type revision about: conversation { title } }
      ... on TagsChanged { added { name } removed { name } }
      ... on PriorityChanged { urgencyBefore: from urgency: to }
      ... on StatusChanged { from to }
      ... on AssignmentChanged { holder: to { id } } } } } }`,
    { id },
  )
  const about = { title: 'Parcel' }
  const event = (__typename: string, type: string, revision: number) => ({
    __typename,
    type,
    revision,
    about,
  })
  const message = { __typename: 'Message', conversation: { id } }
  expect(conversation.timeline.nodes).toEqual([
    event('ConversationOpened', 'CONVERSATION_OPENED', 1),
    { ...message, seq: 1, body: '<p>Where is <b>it</b>?</p>', attachments: [], author: { name: 'Eve' } },
    { ...event('TagsChanged', 'TAGS_CHANGED', 3), added: [{ name: 'a' }, { name: 'b' }], removed: [] },
    event('TitleChanged', 'TITLE_CHANGED', 4),
    { ...event('PriorityChanged', 'PRIORITY_CHANGED', 5), urgencyBefore: 'NONE', urgency: 'HIGH' },
    { ...event('TagsChanged', 'TAGS_CHANGED', 6), added: [], removed: [{ name: 'a' }] },
    { ...event('StatusChanged', 'STATUS_CHANGED', 7), from: 'OPEN', to: 'RESOLVED' },
    {
      ...message,
      seq: 2,
      body: 'Here',
      attachments: [{ url: 'https://example.com/a.pdf' }],
      author: { id: agentId },
    },
    { ...event('AssignmentChanged', 'ASSIGNMENT_CHANGED', 9), holder: { id: agentId } },
  ])
})

test('a message that was written earlier stands where it was added', async () => {
  const id = await server.conversation(inboxId)
  await update(server, id, { title: 'Moved here' })
  await server.must(
    `mutation ($input: ReceiveMessageInput!) { receiveMessage(input: $input) { __typename ... on Error { reason: message } } }`,
    { input: { conversationId: id, message: { body: 'Old', sentAt: '2020-01-01T00:00:00.000Z' } } },
  )
  const { conversation } = await server.must(
    `query ($id: ID!) { conversation(id: $id) { timeline(last: 2) { nodes {
      ... on Event { type } ... on Message { text createdAt } } } } }`,
    { id },
  )
  expect(conversation.timeline.nodes).toEqual([
    { type: 'TITLE_CHANGED' },
    { text: 'Old', createdAt: '2020-01-01T00:00:00.000Z' },
  ])
})

describe("an entry's place in the log", () => {
  test('is the one that the log gives it: what comes after an entry is the rest', async () => {
    const id = await server.conversation(inboxId)
    for (const title of ['One', 'Two', 'Three']) await update(server, id, { title })
    await numberEvents(server.app.db)
    const entries = await cursors(server, id)
    expect(entries).toHaveLength(5)
    for (const [index, cursor] of entries.entries()) {
      expect((await eventsAfter(server, id, cursor)).map((event) => event.cursor)).toEqual(
        entries.slice(index + 1),
      )
    }
  })

  test('is before it while it has none, so that it is told again and nothing is missed', async () => {
    const id = await server.conversation(inboxId)
    await numberEvents(server.app.db)
    const { eventCursor } = await server.must('{ eventCursor }')
    const numbering = new pg.Client({ connectionString: server.ownerUrl })
    await numbering.connect()
    await numbering.query('begin')
    await numbering.query(`select pg_advisory_xact_lock(hashtext('graphdesk.event_log'))`)
    await update(server, id, { title: 'Not yet' })
    const [opened, , titled] = await cursors(server, id)
    await numbering.end()
    await numberEvents(server.app.db)
    expect(titled).toBe(eventCursor)
    expect((await eventsAfter(server, id, titled)).map(({ type }) => type)).toEqual(['TITLE_CHANGED'])
    expect((await eventsAfter(server, id, opened)).map(({ type }) => type)).toEqual([
      'MESSAGE_ADDED',
      'TITLE_CHANGED',
    ])
  })

  test('gives a Resync when the log no longer keeps it', async () => {
    const clock = movableClock()
    const old = await startTestServer({ clock })
    onTestFinished(() => old.stop())
    const { db } = old.app
    // The feed is in parts of a million positions: the title is the first in the second part.
    await moveLog(db, 999_997)
    const id = await old.conversation(await old.inbox())
    await update(old, id, { title: 'Kept' })
    await numberEvents(db)
    clock.advance(15 * 24 * 60 * 60 * 1_000)
    await dropOldFeed(db)
    const [opened, added, titled] = await cursors(old, id)
    for (const cursor of [opened, added])
      expect(await eventsAfter(old, id, cursor)).toMatchObject([{ type: 'RESYNC', reason: 'EXPIRED' }])
    expect(await eventsAfter(old, id, titled)).toEqual([])
    await update(old, id, { title: 'New' })
    await numberEvents(db)
    expect(await eventsAfter(old, id, titled)).toHaveLength(1)
  })
})

test.each([
  ['before', before],
  ['after', after],
])(
  'a timeline that is followed shows each entry once, also what happens right %s it is read',
  async (_, around) => {
    const id = await server.conversation(inboxId)
    await numberEvents(server.app.db)
    const restore = around(server, 'conversation.timeline', () => update(server, id, { title: 'Meanwhile' }))
    const client = connect(server.url, server.token)
    onTestFinished(async () => client.dispose())
    const stream = listen(
      client,
      `subscription ($id: ID!) { conversationUpdated(id: $id, snapshot: true) {
      kind
      event { ...Entry }
      conversation { timeline(last: 50) { edges { event { ...Entry } } } } } }
    fragment Entry on Event { revision type ... on MessageAdded { message { text } } }`,
      { id },
    )
    const { conversationUpdated: snapshot } = await stream.next()
    restore()
    const entries = snapshot.conversation.timeline.edges.map(({ event }: { event: object }) => event)
    await update(server, id, { title: 'Later', note: 'And a note' })
    while (entries.at(-1).revision < 5) {
      const { event } = (await stream.next()).conversationUpdated
      if (event.revision > entries.at(-1).revision) entries.push(event)
    }
    expect(entries).toEqual([
      { revision: 1, type: 'CONVERSATION_OPENED' },
      { revision: 2, type: 'MESSAGE_ADDED', message: { text: 'Hello' } },
      { revision: 3, type: 'TITLE_CHANGED' },
      { revision: 4, type: 'MESSAGE_ADDED', message: { text: 'And a note' } },
      { revision: 5, type: 'TITLE_CHANGED' },
    ])
  },
)

test('conversations have their timelines each, in any number', async () => {
  const inbox = await server.inbox('Several')
  const ids = [await server.conversation(inbox, 'One'), await server.conversation(inbox, 'Two')]
  const { conversations } = await server.must(
    `query ($inbox: ID!) { conversations(filter: { inboxId: $inbox }) {
      nodes { id timeline(last: 1) { nodes { ... on Message { text } } pageInfo { hasPreviousPage } } } } }`,
    { inbox },
  )
  const pageInfo = { hasPreviousPage: true }
  expect(conversations.nodes).toEqual([
    { id: ids[1], timeline: { nodes: [{ text: 'Two' }], pageInfo } },
    { id: ids[0], timeline: { nodes: [{ text: 'One' }], pageInfo } },
  ])
})

test('a cursor of another list is refused, and so is a damaged one', async () => {
  const id = await server.conversation(inboxId)
  const read = (cursor: string) =>
    server.graphql(
      `query ($id: ID!, $cursor: String) { conversation(id: $id) { timeline(last: 5, before: $cursor) { nodes { __typename } } } }`,
      { id, cursor },
    )
  const { conversation } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { messages { pageInfo { endCursor } } } }',
    { id },
  )
  const damaged = ['timeline|', 'timeline|-1', 'timeline|x', 'timeline|1e99'].map((text) =>
    Buffer.from(text).toString('base64url'),
  )
  for (const cursor of [conversation.messages.pageInfo.endCursor, ...damaged]) {
    const { errors } = await read(cursor)
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID', field: 'before' } })
  }
})

interface Update {
  title?: string
  priority?: string
  tags?: string[]
  status?: string
  note?: string
}

async function update({ must }: TestServer, id: string, { status, note, ...input }: Update) {
  if (note) {
    await must(
      `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
        __typename ... on Error { reason: message } } }`,
      { id, body: note },
    )
  }
  await must(
    `mutation ($input: UpdateConversationInput!) { updateConversation(input: $input) {
      __typename ... on Error { reason: message } } }`,
    { input: { conversationId: id, ...input } },
  )
  if (!status) return
  await must(
    `mutation ($id: ID!, $status: ConversationStatus!) {
      setConversationStatus(input: { conversationId: $id, status: $status }) { __typename ... on Error { reason: message } } }`,
    { id, status },
  )
}

/** Of a conversation's entries, in order. */
async function cursors({ must }: TestServer, id: string): Promise<string[]> {
  const { conversation } = await must(
    'query ($id: ID!) { conversation(id: $id) { timeline { edges { event { cursor } } } } }',
    { id },
  )
  return conversation.timeline.edges.map(({ event }: { event: { cursor: string } }) => event.cursor)
}

async function eventsAfter(
  { must }: TestServer,
  id: string,
  cursor?: string,
): Promise<{ cursor: string; type: string }[]> {
  const { events } = await must(
    `query ($id: ID!, $after: EventCursor) { events(after: $after, filter: { conversationId: $id }) {
      nodes { cursor type ... on Resync { reason } } } }`,
    { id, after: cursor },
  )
  return events.nodes
}
