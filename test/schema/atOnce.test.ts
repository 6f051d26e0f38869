import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../src/clock.js'
import { storedId } from '../../src/ids.js'
import { type FinClient, fetchToken, finClient } from '../rest-adapter/finClient.js'
import { startTestServer, type TestServer } from '../support/server.js'

// Most messages change nothing of their conversation but what every message does, and are written by one statement.
// Others, and calls that must be remembered, are written step by step: the rules are in the code of those steps.

let server: TestServer
let client: FinClient
let now = Date.parse('2026-01-01T00:00:00.000Z')
const clock: Clock = { now: () => new Date(now) }
const ids = { person: '', fin: '', team: '' }

beforeAll(async () => {
  server = await startTestServer({ clock })
  const fin = await server.createFin()
  client = finClient(server, await fetchToken(server, fin), 'posts')
  ids.fin = storedId('Agent', fin.agentId) as string
  ids.person = storedId('Agent', (await server.must('{ viewer { agent { id } } }')).viewer.agent.id) as string
  const made = await server.must(
    'mutation { createTeam(input: { name: "Returns" }) { ... on CreateTeamPayload { team { id } } } }',
  )
  ids.team = storedId('Team', made.createTeam.team.id) as string
})
afterAll(() => server.stop())

type Way = 'at once' | 'step by step'
let keys = 0

/** Whoever says which version they saw, or what of it could not be read, has it looked at first. */
function graphql(name: string, input: (conversationId: string) => object, slowly: object) {
  const title = name[0]?.toUpperCase() + name.slice(1)
  return (conversationId: string, way: Way) =>
    server.must(
      `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on Error { code } } }`,
      { input: { ...input(conversationId), ...(way === 'step by step' && slowly) } },
    )
}

/** What cannot be read has to be written down. */
function fins(author: object, more: object = {}) {
  return (conversation_id: string, way: Way) =>
    client.call('createMessage', {
      conversation_id,
      object_id: `message-${++keys}`,
      body: '<p>Tomorrow.</p>',
      author,
      ...more,
      ...(way === 'step by step' && { created_at: 'soon' }),
    })
}

const body = '<p>Tomorrow.</p>'
const seen = { expectedVersion: 1 }
const keyed = (conversationId: string) => ({ conversationId, body, idempotencyKey: `${++keys}` })
const messages = {
  reply: graphql('replyToConversation', (conversationId) => ({ conversationId, body }), seen),
  keyedReply: graphql('replyToConversation', keyed, seen),
  note: graphql('addNote', (conversationId) => ({ conversationId, body }), seen),
  keyedNote: graphql('addNote', keyed, seen),
  received: graphql('receiveMessage', (conversationId) => ({ conversationId, message: { body } }), {
    unread: [{ field: 'sentAt', value: 'soon', detail: 'No time' }],
  }),
  question: fins({ user_type: 'end_user' }),
  finsAnswer: fins({ user_type: 'agent' }),
  finsNote: fins({ user_type: 'agent' }, { visibility: 'private' }),
}

interface State {
  /** That the person who answers has begun, and Fin's agent. */
  drafts?: readonly ('PUBLIC' | 'PRIVATE')[]
  assignee_id: string | null
  team_id: string | null
  status: string
  waiting_since: Date | null
  handed_off_at: Date | null
  first_response_at: Date | null
  message_count: number
}

/** A conversation in that state, as Fin has opened it. */
async function conversationIn({ message_count, drafts = [], ...state }: State): Promise<string> {
  const { conversation } = await client.open()
  for (let count = 1; count < message_count; count++) {
    await client.call('createMessage', { conversation_id: conversation.id, body: 'Hm.' })
  }
  await server.app.db.pool.query(
    `insert into draft (id, agent_id, conversation_id, visibility, text)
     select gen_random_uuid(), a, $1, v::"Visibility", 'Hm' from unnest($2::uuid[]) a, unnest($3::text[]) v`,
    [storedId('Conversation', conversation.id), [ids.person, ids.fin], drafts],
  )
  const set = Object.keys(state).map((column, index) => `${column} = $${index + 2}`)
  await server.app.db.pool.query(`update conversation set ${set.join(', ')} where id = $1`, [
    storedId('Conversation', conversation.id),
    ...Object.values(state),
  ])
  return conversation.id
}

/** An answer without what is made anew each time. */
function alike(answer: object): object {
  const made = /^(id|conversation_id)$/
  return JSON.parse(JSON.stringify(answer), (key, value) =>
    made.test(key) && /^(conv|msg|user)_/.test(value) ? value.slice(0, 4) : value,
  )
}

/** All that is written of a conversation, without what is made anew each time. */
async function written(conversationId: string): Promise<object> {
  const id = storedId('Conversation', conversationId)
  const rows = async (text: string) => (await server.app.db.pool.query(text, [id])).rows
  const [conversation, message, events, pending, drafts] = await Promise.all([
    rows('select * from conversation where id = $1'),
    rows('select * from message where conversation_id = $1 order by seq desc limit 1'),
    rows('select * from event where conversation_id = $1 order by id'),
    rows(`select count(*) from event e where conversation_id = $1 and (
            exists (select from event_pending p where p.event_id = e.id) or
            exists (select from event_feed f where f.event_id = e.id))`),
    rows('select agent_id, visibility from draft where conversation_id = $1 order by 1, 2'),
  ])
  const newest = message[0].id
  const made = /^(id|object_id|end_user_id|author_end_user_id|conversation_id|message_id|input_hash)$/
  return JSON.parse(JSON.stringify({ conversation, message, events, pending, drafts }), (key, value) => {
    if (key === 'message_id') return value === newest
    if (key === 'endUserId') return 'the end-user'
    return made.test(key) ? typeof value : value
  })
}

const moment = fc.constantFrom(null, new Date(now))

test('a message is the same, however it is written', async () => {
  const state: fc.Arbitrary<State> = fc.record({
    assignee_id: fc.constantFrom('person', 'fin', null),
    team_id: fc.constantFrom(null, null, 'team'),
    status: fc.constantFrom('OPEN', 'OPEN', 'SNOOZED', 'RESOLVED', 'ENDED'),
    waiting_since: moment,
    handed_off_at: moment,
    first_response_at: moment,
    message_count: fc.integer({ min: 1, max: 3 }),
    drafts: fc.subarray(['PUBLIC', 'PRIVATE'] as const),
  })
  const kinds = fc.constantFrom(...Object.values(messages))
  const waiting = new Date(now)
  const plain = {
    team_id: null,
    status: 'OPEN',
    waiting_since: waiting,
    first_response_at: null,
    message_count: 2,
    drafts: ['PUBLIC', 'PRIVATE'] as const,
  }
  const byPerson = { ...plain, assignee_id: 'person', handed_off_at: null }
  const handedOff = { ...plain, assignee_id: null, handed_off_at: waiting }
  await fc.assert(
    fc.asyncProperty(state, kinds, fc.nat(1), async (given, write, passes) => {
      const { assignee_id, team_id, ...others } = given
      const named = (name: string | null) => name && ids[name as keyof typeof ids]
      const present = { ...others, assignee_id: named(assignee_id), team_id: named(team_id) }
      const [one, other] = await Promise.all([conversationIn(present), conversationIn(present)])
      now += passes * 60_000
      const answer = await write(one, 'at once')
      expect(alike(answer)).toEqual(alike(await write(other, 'step by step')))
      expect(await written(one)).toEqual(await written(other))
    }),
    {
      numRuns: 50,
      examples: [
        [byPerson, messages.reply, 1],
        [byPerson, messages.question, 1],
        [handedOff, messages.finsAnswer, 1],
        [handedOff, messages.reply, 1],
      ],
    },
  )
}, 120_000)

/** What cannot be read has to be written down. */
async function open(given: object, message: object, way: Way) {
  return client.call('createConversation', {
    object_id: `conversation-${++keys}`,
    ...given,
    initial_message: {
      object_id: `message-${++keys}`,
      body,
      author: { user_type: 'end_user' },
      ...message,
      ...(way === 'step by step' && { message_type: 'soon' }),
    },
  })
}

test('a conversation is opened the same, however it is written', async () => {
  const name = fc.constantFrom('Eve', 'Ada')
  const user = fc.record({ name, email: fc.constantFrom('eve@example.org') }, { requiredKeys: [] })
  const given = fc.record(
    { title: fc.constantFrom(' Order 7 ', ''), attributes: fc.constantFrom({ order: 7, gift: true }, {}) },
    { requiredKeys: [] },
  )
  const message = fc.record(
    {
      visibility: fc.constantFrom('private', 'public'),
      author: fc.constantFrom({ user_type: 'end_user' }, { user_type: 'agent' }),
      created_at: fc.constant('2025-12-31T00:00:00.000Z'),
    },
    { requiredKeys: [] },
  )
  const known = () => client.call('createUser', { object_id: `user-${++keys}`, name: 'Eve' })
  await fc.assert(
    fc.asyncProperty(user, given, message, async (said, more, first) => {
      const [one, other] = await Promise.all([known(), known()])
      const atOnce = await open({ user: { ...said, id: one.id }, ...more }, first, 'at once')
      const byStep = await open({ user: { ...said, id: other.id }, ...more }, first, 'step by step')
      expect(alike(atOnce)).toEqual(alike(byStep))
      expect(await written(atOnce.conversation.id)).toEqual(await written(byStep.conversation.id))
    }),
    { numRuns: 25 },
  )
}, 120_000)

/** The statements that make a change of their own, each with how many rows it gave. */
async function changesOf(work: () => Promise<unknown>): Promise<[string, number][]> {
  const { db } = server.app
  const { change } = db
  const made: [string, number][] = []
  db.change = async (statement, values) => {
    const rows = await change<never>(statement, values)
    made.push([statement.name, rows.length])
    return rows
  }
  await work().finally(() => {
    db.change = change
  })
  return made
}

test.each([
  ['answer', messages.reply, { assignee: 'person' }],
  ['answer.keyed', messages.keyedReply, { assignee: 'person' }],
  ['note', messages.note, { assignee: 'fin' }],
  ['note.keyed', messages.keyedNote, { assignee: 'fin' }],
  ['question', messages.received, { assignee: 'person' }],
  ['question', messages.question, { assignee: 'fin' }],
  ['finsAnswer', messages.finsAnswer, { assignee: 'fin' }],
  ['note', messages.finsNote, { assignee: 'person' }],
] as const)('%s: one statement where there is no rule to apply', async (kind, write, { assignee }) => {
  const id = await conversationIn({
    assignee_id: ids[assignee],
    team_id: null,
    status: 'OPEN',
    waiting_since: null,
    handed_off_at: null,
    first_response_at: null,
    message_count: 1,
  })
  expect(await changesOf(() => write(id, 'at once'))).toEqual([[`message.atOnce.${kind}`, 1]])
})

test('one statement opens a conversation of somebody who is known', async () => {
  const { id } = await client.call('createUser', { object_id: `user-${++keys}`, name: 'Eve' })
  const made = await changesOf(() => open({ user: { id, name: 'Eve' } }, {}, 'at once'))
  expect(made).toEqual([['conversation.openAtOnce', 1]])
})

test('a first message whose object id another conversation has is kept beside it', async () => {
  const first = await open({}, { object_id: 'taken' }, 'at once')
  const { id } = first.conversation.user
  const second = await open({ user: { id } }, { object_id: 'taken', body: '<p>Another</p>' }, 'at once')
  expect(second.message.body).toBe('<p>Another</p>')
  expect(second.conversation.id).not.toBe(first.conversation.id)
})
