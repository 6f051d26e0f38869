import fc from 'fast-check'
import {
  buildClientSchema,
  type GraphQLObjectType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql'
import type { Client } from 'graphql-ws'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { OverloadedError } from '../../src/errors.js'
import { numberEvents } from '../../src/events/numbering.js'
import { storedId } from '../../src/ids.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, type Listener, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'
import { timesOf } from '../support/times.js'

// Those who ask the same with the same rights share one execution, and are never given each other's answers.
let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer({ recheckEvery: 50 })
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

/** Where the log stands, once everything committed has its position. */
async function newest(): Promise<string> {
  await numberEvents(server.app.db)
  return (await server.must('{ eventCursor }')).eventCursor
}

function open(token = server.token): Client {
  const client = connect(server.url, token)
  onTestFinished(async () => {
    await client.dispose()
  })
  return client
}

const addNote = (id: string, body: string, token?: string) =>
  server.must(
    `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
      __typename ... on Error { reason: message } } }`,
    { id, body },
    token,
  )

/** The cursors of a conversation's notes, once they are all in the log. */
async function cursorsOf(conversationId: string, notes: number): Promise<string[]> {
  const query = `query ($filter: EventFilter) { events(first: 100, filter: $filter) { nodes { cursor } } }`
  const filter = { conversationId, types: ['MESSAGE_ADDED'] }
  let cursors: string[] = []
  await expect
    .poll(async () => {
      cursors = (await server.must(query, { filter })).events.nodes.map(
        ({ cursor }: { cursor: string }) => cursor,
      )
      return cursors.length
    })
    .toBe(notes + 1)
  return cursors
}

const events = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { cursor conversation { id title endUser { name } } ... on MessageAdded { message { text } } } }`

function overWebSocket(token: string, variables: object) {
  return listen(open(token), events, { ...variables })
}

function overSse(token: string, variables: object) {
  const stream = listenSse(server.url, token, events, { ...variables })
  onTestFinished(stream.stop)
  return stream
}

test('a hundred subscribers of equal rights cost one execution for each event, wherever they began', async () => {
  const conversationId = await server.conversation(inboxId)
  for (const body of ['one', 'two', 'three']) await addNote(conversationId, body)
  const cursors = await cursorsOf(conversationId, 3)
  const colleague = await server.agent('Ann', [inboxId])
  const other = await server.agent('Bob', [inboxId])
  const clients = [open(colleague.token), open(other.token)]
  const streams = Array.from({ length: 100 }, (_, index) => {
    const began = index % cursors.length
    const variables = { after: cursors[began], filter: { conversationId } }
    const { token } = index % 2 ? other : colleague
    const stream =
      index % 10 < 2 ? overSse(token, variables) : listen(clients[index % 2] as Client, events, variables)
    return { began, stream }
  })
  const expected = ['one', 'two', 'three']
  for (const { began, stream } of streams) {
    for (const text of expected.slice(began)) expect((await stream.next()).events.message.text).toBe(text)
  }
  const times = await timesOf(server, 'message.byIds', async () => {
    await addNote(conversationId, 'four')
    for (const { stream } of streams) expect((await stream.next()).events.message.text).toBe('four')
  })
  // One for the group, and one for the answer to the mutation.
  expect(times).toBeLessThanOrEqual(2)
})

test('what depends on who looks is never another’s, in any field there is', async () => {
  const conversationId = await server.conversation(inboxId)
  const [ann, bob] = [await server.agent('Ann', [inboxId]), await server.agent('Bob', [inboxId])]
  await server.must(
    `mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename } }`,
    { id: conversationId },
    ann.token,
  )
  const selections = leaves(await schemaOf(), 'Conversation', 2)
  expect(selections).toContain('unreadCount')
  const after = await newest()
  const seenBy = ({ token }: { token: string }) => {
    const clients = [open(token), open(token)]
    return selections.map((selection, index) =>
      listen(
        clients[index % 2] as Client,
        `subscription ($after: EventCursor, $filter: EventFilter) {
          events(after: $after, filter: $filter) { conversation { ${selection} } } }`,
        { after, filter: { conversationId } },
      ),
    )
  }
  const [anns, bobs] = [seenBy(ann), seenBy(bob)]
  await addNote(conversationId, 'look')
  for (const [index, selection] of selections.entries()) {
    for (const [agent, streams] of [
      [ann, anns],
      [bob, bobs],
    ] as const) {
      const { events: shown } = await (streams[index] as (typeof streams)[number]).next()
      const own = await server.must(
        `query ($id: ID!) { conversation(id: $id) { ${selection} } }`,
        { id: conversationId },
        agent.token,
      )
      expect(shown.conversation, selection).toEqual(own.conversation)
    }
  }
}, 120_000)

test.each([
  ['WebSocket', overWebSocket],
  ['SSE', overSse],
])('over %s, whoever could not begin, the database being away, can when it is back', async (_, follow) => {
  const { db } = server.app
  const { query } = db
  const conversationId = await server.conversation(inboxId)
  const variables = { after: await newest(), filter: { conversationId } }
  db.query = (statement, values) =>
    statement.name === 'events.newest' ? Promise.reject(new OverloadedError()) : query(statement, values)
  await expect(follow(server.token, variables).next()).rejects.toThrow('OVERLOADED')
  db.query = query
  const stream = follow(server.token, variables)
  await addNote(conversationId, 'back')
  await stream.until(({ events }) => events.message?.text === 'back')
})

test('those of other rights have another group, and nothing crosses', async () => {
  const secretInbox = await server.inbox('Secret')
  const [narrow, wide] = [
    await server.agent('Narrow', [inboxId]),
    await server.agent('Wide', [inboxId, secretInbox]),
  ]
  const after = await newest()
  const streams = [narrow, wide].map(({ token }) => listen(open(token), events, { after }))
  const hidden = await server.conversation(secretInbox)
  const seen = await server.conversation(inboxId)
  const idsOf = async (stream: (typeof streams)[number] | undefined, until: string) =>
    (await stream?.until((data) => data.events.conversation.id === until))?.map(
      (data) => data.events.conversation.id,
    )
  expect(new Set(await idsOf(streams[0], seen))).toEqual(new Set([seen]))
  expect(new Set(await idsOf(streams[1], seen))).toEqual(new Set([hidden, seen]))
})

test.each([
  ['WebSocket', overWebSocket],
  ['SSE', overSse],
])(
  'over %s, rights that are taken away or given hold from the next second on, without gap or repeat',
  async (_, follow) => {
    const other = await server.inbox('Other')
    const agent = await server.agent('Moving', [inboxId, other])
    const stream = follow(agent.token, { after: await newest() })
    const [here, there] = [await server.conversation(inboxId), await server.conversation(other)]
    const texts = async (last: string) =>
      (await stream.until((data) => data.events.message?.text === last)).flatMap(
        (data) => data.events.message?.text ?? [],
      )
    await addNote(there, 'seen')
    expect(await texts('seen')).toContain('seen')

    const member = [storedId('Inbox', other), storedId('Agent', agent.id)]
    await server.app.db.pool.query('delete from inbox_member where inbox_id = $1 and agent_id = $2', member)
    let looks = 0
    const isShown = async () => {
      const [far, near] = [`far ${++looks}`, `near ${looks}`]
      await addNote(there, far)
      await addNote(here, near)
      const shown = await texts(near)
      expect(shown.filter((text) => text !== far)).toEqual([near])
      return shown.includes(far)
    }
    await expect.poll(isShown).toBe(false)
    await addNote(there, 'hidden')
    await addNote(here, 'shown')
    expect(await texts('shown')).toEqual(['shown'])

    await server.must(
      'mutation ($input: AddInboxMemberInput!) { addInboxMember(input: $input) { __typename } }',
      { input: { inboxId: other, agentId: agent.id } },
    )
    await addNote(there, 'seen again')
    expect(await texts('seen again')).toEqual(['seen again'])
  },
)

test('whoever joins, leaves and resumes anywhere sees each event once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          { arbitrary: fc.record({ act: fc.constant('write' as const) }), weight: 3 },
          fc.record({ act: fc.constant('join' as const), back: fc.nat(8) }),
          fc.record({ act: fc.constant('leave' as const), which: fc.nat(8) }),
        ),
        { minLength: 5, maxLength: 30 },
      ),
      async (steps) => {
        const conversationId = await server.conversation(inboxId)
        const client = connect(server.url, server.token)
        const subscribers: { began: number; stream: Listener<{ events: { message: { text: string } } }> }[] =
          []
        let written = 0
        for (const step of steps) {
          if (step.act === 'write') {
            await addNote(conversationId, `${++written}`)
          } else if (step.act === 'join') {
            const cursors = await cursorsOf(conversationId, written)
            const began = Math.max(0, written - step.back)
            const variables = { after: cursors[began], filter: { conversationId } }
            subscribers.push({ began, stream: listen(client, events, variables) })
          } else {
            const [gone] = subscribers.splice(step.which % Math.max(1, subscribers.length), 1)
            gone?.stream.stop()
          }
        }
        await addNote(conversationId, 'last')
        for (const { began, stream } of subscribers) {
          const seen = await stream.until((data) => data.events.message.text === 'last')
          const expected = Array.from({ length: written - began }, (_, index) => `${began + index + 1}`)
          expect(seen.map((data) => data.events.message.text)).toEqual([...expected, 'last'])
        }
        await client.dispose()
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

async function schemaOf(): Promise<GraphQLSchema> {
  return buildClientSchema(await server.must(getIntrospectionQuery()))
}

/** Selections of each leaf of a type and of the objects it leads to, one at a time. */
function leaves(schema: GraphQLSchema, name: string, depth: number): string[] {
  const type = schema.getType(name) as GraphQLObjectType
  return Object.values(type.getFields()).flatMap((field) => {
    if (
      field.args.some(
        (argument) => argument.defaultValue === undefined && String(argument.type).endsWith('!'),
      )
    )
      return []
    const target = getNamedType(field.type)
    if (isLeafType(target)) return [field.name]
    if (!isObjectType(target) || depth === 1) return []
    return leaves(schema, target.name, depth - 1).map((inner) => `${field.name} { ${inner} }`)
  })
}
