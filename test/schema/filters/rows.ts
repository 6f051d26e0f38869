import fc from 'fast-check'
import { newId, publicId, storedId } from '../../../src/ids.js'
import type { TestServer } from '../../support/server.js'

/** A conversation with all that lists can be asked, under public ids; moments are in ms. */
export interface Row {
  id: string
  inboxId: string
  status: string
  priority: string
  assigneeId: string | null
  isHeldByBot: boolean
  /** The asker who holds it. */
  holder: string | null
  teamId: string | null
  endUserId: string
  attributes: Record<string, unknown>
  tagIds: string[]
  title: string | null
  endUser: { name: string; email: string }
  messages: { text: string; isPublic: boolean }[]
  /** By who asks. */
  read: Record<string, number>
  /** The askers whom a note mentions, themselves or with their team. */
  mentions: string[]
  createdAt: number
  lastActivityAt: number
  waitingSince: number | null
  snoozedUntil: number | null
  handedOffAt: number | null
}

/** What there is to name. */
export interface Place {
  inboxIds: string[]
  /** The last is a bot. */
  agentIds: string[]
  teamIds: string[]
  /** Of each inbox. */
  tagIds: string[][]
  endUserIds: string[]
  /** Who asks: the admin, who sees all inboxes, and an agent of the first two. */
  askers: { name: string; token: string; inboxIds: string[] }[]
  rows: Row[]
}

export const statuses = ['OPEN', 'SNOOZED', 'RESOLVED', 'CLOSED', 'ENDED']
export const priorities = ['NONE', 'LOW', 'NORMAL', 'HIGH', 'URGENT']
export const values = ['a', 'b', 1, true, [1, 'a'], { x: 1 }, { x: 1, y: null }]
const texts = [
  'Refund',
  'refunds',
  'late-parcel',
  'parcel 4711',
  'Order A/4711',
  'zoë',
  '<b>',
  'x@mail.test',
  'Überweisung an ИВАН',
  '„Straße“\u00a0– STRASSE',
  'Σίσυφος',
  'ΣΊΣΥΦΟΣ, İzmir',
  '商品SK12の配送が遅れ',
  'ガス料金、配送。',
  '배송이 늦어요 zoe\u0308',
]
const people = [
  { name: 'Eve Refund', email: 'eve.adams@mail.test' },
  { name: 'Zoë', email: 'zoe@parcel-4711.test' },
  { name: 'Иван Öztürk', email: 'ivan@mail.test' },
]

export const start = Date.UTC(2026, 0, 1)
/** In s after `start`: when the rows wake is later than all else, and not yet. */
export const span = { past: [0, 6], now: [2, 9], future: [10, 16] } as const
const within = ([min, max]: readonly [number, number]) =>
  fc.integer({ min, max }).map((seconds) => start + seconds * 1000)
const moment = within(span.past)
/** One in three is null. */
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 })

const drawn = fc.record({
  inbox: fc.nat(2),
  status: fc.constantFrom(...statuses),
  priority: fc.constantFrom(...priorities),
  agent: maybe(fc.nat(3)),
  team: maybe(fc.nat(1)),
  endUser: fc.nat(people.length - 1),
  attributes: fc.dictionary(fc.constantFrom('plan', 'size'), fc.constantFrom(...values), {
    noNullPrototype: true,
  }),
  tags: fc.subarray([0, 1, 2]),
  title: maybe(fc.constantFrom(...texts)),
  messages: fc.array(fc.record({ text: fc.constantFrom(...texts), isPublic: fc.boolean() }), {
    maxLength: 3,
  }),
  mentions: fc.subarray(['admin', 'ann']),
  byTeam: fc.boolean(),
  read: fc.tuple(maybe(fc.nat(3)), maybe(fc.nat(3))),
  createdAt: moment,
  lastActivityAt: moment,
  waitingSince: maybe(moment),
  snoozedUntil: maybe(within(span.future)),
  handedOffAt: maybe(moment),
})

/** Fills a server with random conversations, many of them alike. */
export async function fillWithRows(server: TestServer, count: number, seed: number): Promise<Place> {
  const { pool } = server.app.db
  const inboxIds = [await server.inbox('A'), await server.inbox('B'), await server.inbox('C')]
  const ann = await server.agent('Ann', inboxIds.slice(0, 2))
  const bob = await server.agent('Bob', inboxIds)
  const { agentId: bot } = await server.createFin({ inboxId: inboxIds[0] })
  const { viewer } = await server.must('{ viewer { agent { id } } }')
  const place: Place = {
    inboxIds,
    agentIds: [viewer.agent.id, ann.id, bob.id, bot],
    teamIds: [await team(server, 'One'), await team(server, 'Two')],
    tagIds: [],
    endUserIds: [],
    askers: [
      { name: 'admin', token: server.token, inboxIds },
      { name: 'ann', token: ann.token, inboxIds: inboxIds.slice(0, 2) },
    ],
    rows: [],
  }
  for (const inboxId of inboxIds) {
    const inbox = storedId('Inbox', inboxId)
    const tags = [newId(), newId(), newId()]
    for (const id of tags)
      await pool.query('insert into tag (id, inbox_id, name) values ($1, $2, $3)', [id, inbox, id])
    place.tagIds.push(tags.map((id) => publicId('Tag', id)))
    for (const { name, email } of people) {
      const id = newId()
      await pool.query('insert into end_user (id, inbox_id, name) values ($1, $2, $3)', [id, inbox, name])
      await pool.query(
        `insert into end_user_identity (id, end_user_id, kind, scope, value) values ($1, $2, 'EMAIL', $3, $4)`,
        [newId(), id, inbox, email],
      )
      place.endUserIds.push(publicId('EndUser', id))
    }
  }
  place.rows = fc.sample(drawn, { numRuns: count, seed }).map((row) => ({
    ...row,
    id: publicId('Conversation', newId()),
    inboxId: inboxIds[row.inbox] ?? '',
    assigneeId: row.agent === null ? null : (place.agentIds[row.agent] ?? null),
    isHeldByBot: row.agent === 3,
    holder: place.askers[row.agent ?? -1]?.name ?? null,
    teamId: row.team === null ? null : (place.teamIds[row.team] ?? null),
    endUserId: place.endUserIds[row.inbox * people.length + row.endUser] ?? '',
    endUser: people[row.endUser] ?? { name: '', email: '' },
    mentions: row.messages.length > 0 ? row.mentions : [],
    tagIds: row.tags.map((tag) => place.tagIds[row.inbox]?.[tag] ?? ''),
    read: { admin: row.read[0] ?? 0, ann: row.read[1] ?? 0 },
  }))
  const askerIds = [viewer.agent.id, ann.id]
  const ownTeams = [await team(server, 'Admins', [viewer.agent.id]), await team(server, 'Anns', [ann.id])]
  for (const row of place.rows) await store(server, row, askerIds, ownTeams)
  return place
}

async function store(
  { app: { db } }: TestServer,
  row: Row & { byTeam?: boolean },
  askerIds: string[],
  ownTeams: string[],
) {
  const id = storedId('Conversation', row.id)
  const endUserId = storedId('EndUser', row.endUserId)
  const at = (ms: number | null) => (ms === null ? null : new Date(ms))
  await db.pool.query(
    `insert into conversation (id, inbox_id, status, priority, assignee_id, team_id, end_user_id, attributes, title, message_count,
                               created_at, last_activity_at, waiting_since, snoozed_until, handed_off_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      storedId('Inbox', row.inboxId),
      row.status,
      row.priority,
      row.assigneeId && storedId('Agent', row.assigneeId),
      row.teamId && storedId('Team', row.teamId),
      endUserId,
      JSON.stringify(row.attributes),
      row.title,
      row.messages.length,
      at(row.createdAt),
      at(row.lastActivityAt),
      at(row.waitingSince),
      at(row.snoozedUntil),
      at(row.handedOffAt),
    ],
  )
  for (const tagId of row.tagIds) {
    await db.pool.query('insert into conversation_tag (conversation_id, tag_id) values ($1, $2)', [
      id,
      storedId('Tag', tagId),
    ])
  }
  for (const [index, { text, isPublic }] of row.messages.entries()) {
    await db.pool.query(
      'insert into message (id, conversation_id, seq, visibility, author_end_user_id, text) values ($1, $2, $3, $4, $5, $6)',
      [newId(), id, index + 1, isPublic ? 'PUBLIC' : 'PRIVATE', endUserId, text],
    )
  }
  for (const [index, asker] of ['admin', 'ann'].entries()) {
    if (row.mentions.includes(asker)) {
      await db.pool.query(
        `insert into mention (id, message_id, conversation_id, agent_id, team_id)
         select $1, m.id, $2, $3, $4 from message m where m.conversation_id = $2 order by seq limit 1`,
        [
          newId(),
          id,
          row.byTeam ? null : storedId('Agent', askerIds[index] ?? ''),
          row.byTeam ? storedId('Team', ownTeams[index] ?? '') : null,
        ],
      )
    }
    const seq = row.read[asker] ?? 0
    if (seq === 0) continue
    await db.pool.query(
      'insert into conversation_read (agent_id, conversation_id, seq) values ($1, $2, $3)',
      [storedId('Agent', askerIds[index] ?? ''), id, seq],
    )
  }
}

async function team(server: TestServer, name: string, agentIds: string[] = []): Promise<string> {
  const { createTeam } = await server.must(
    `mutation ($name: String!, $agentIds: [ID!]) { createTeam(input: { name: $name, agentIds: $agentIds }) { __typename ... on CreateTeamPayload { team { id } } } }`,
    { name, agentIds },
  )
  return createTeam.team.id
}
