import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'
import { followList, type List, queryList } from './listFollower.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** One random change; numbers choose among what there is. */
type Step = readonly [kind: (typeof kinds)[number], conversation: number, choice: number]

const kinds = [
  'open',
  'reply',
  'note',
  'hear',
  'status',
  'snooze',
  'assign',
  'team',
  'title',
  'priority',
  'merge',
  'reconnect',
  'together',
] as const

const steps = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(99), fc.nat(99)), {
  minLength: 8,
  maxLength: 25,
})

test('a list that is kept by what a subscriber is told is the list that the query gives', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      await expectKept(steps)
    }),
    // To shrink would take minutes: a change that never comes is waited for.
    { numRuns: 15, endOnFailure: true },
  )
}, 240_000)

async function expectKept(steps: readonly Step[]) {
  const place = await makePlace()
  const lists = listsOf(place)
  // Two of each, who share what comes after their snapshots.
  const followed = lists.flatMap((list, index) => [list, list].slice(index % 2))
  const followers = followed.map((list, index) => followList(server, list, index % 3 === 0 ? 'sse' : 'ws'))
  for (const step of steps) {
    if (step[0] === 'reconnect') followers.at(step[1] % followers.length)?.reconnect()
    else await take(place, step)
  }
  const ends: { id: string; revision: number }[] = []
  for (const list of lists) ends.push(await enter(place, list))
  for (const [index, follower] of followers.entries()) {
    const list = followed[index] as List
    const edges = await queryList(server, list)
    // Whatever one of the last conversations does elsewhere, the newest that the list shows comes last.
    const last = ends.findLast(({ id }) => edges.some(({ node }) => node.id === id))
    if (last) await follower.until(last.id, last.revision)
    else await follower.untilEmpty()
    expect(follower.edges(), JSON.stringify(list)).toEqual(edges)
    expect(follower.total(), JSON.stringify(list)).toBe(edges.length)
    follower.stop()
  }
}

interface Place {
  inboxIds: string[]
  agentIds: string[]
  endUserIds: string[]
  teamId: string
  conversationIds: string[]
}

async function makePlace(): Promise<Place> {
  const inboxIds = [await server.inbox('One'), await server.inbox('Two')]
  const agents = [await server.agent('Ann', inboxIds), await server.agent('Ben', inboxIds)]
  const { createTeam } = await server.must(
    `mutation ($ids: [ID!]!) { createTeam(input: { name: "Team", agentIds: $ids }) {
      __typename ... on CreateTeamPayload { team { id } } ... on Error { reason: message } } }`,
    { ids: agents.map(({ id }) => id) },
  )
  const place: Place = {
    inboxIds,
    agentIds: agents.map(({ id }) => id),
    endUserIds: [],
    teamId: createTeam.team.id,
    conversationIds: [],
  }
  for (const name of ['Eve', 'Eva', 'Evi']) {
    const opened = await open(inboxIds[0] as string, {
      endUser: { name, email: `${name}@${inboxIds[0]}.example.org` },
    })
    place.endUserIds.push(opened.endUser.id)
    place.conversationIds.push(opened.id)
  }
  return place
}

/** Of a place alone, whatever else the database holds. */
function listsOf({ inboxIds: [first, second], agentIds: [ann, ben], endUserIds: [eve, eva] }: Place): List[] {
  const newest = { field: 'LAST_ACTIVITY', direction: 'DESC' } as const
  return [
    { filter: { inboxId: first }, orderBy: newest },
    { filter: { inboxId: second }, orderBy: { field: 'CREATED', direction: 'ASC' } },
    { filter: { inboxId: first, status: ['OPEN'] }, orderBy: { ...newest, direction: 'ASC' } },
    { filter: { inboxId: first, status: ['SNOOZED', 'RESOLVED'], unassigned: true }, orderBy: newest },
    { filter: { assigneeId: ann }, orderBy: newest },
    {
      filter: { assigneeId: ben, status: ['OPEN', 'CLOSED'] },
      orderBy: { field: 'CREATED', direction: 'DESC' },
    },
    { filter: { inboxId: first, unassigned: true }, orderBy: { field: 'CREATED', direction: 'DESC' } },
    { filter: { endUserId: eve }, orderBy: newest },
    { filter: { endUserId: eva, status: ['OPEN'] }, orderBy: newest },
    {
      filter: {
        or: [
          { inboxId: first, unassigned: true },
          { inboxId: second, not: { status: ['OPEN'] } },
        ],
      },
      orderBy: newest,
    },
    {
      filter: { endUserId: eve, not: { or: [{ assigneeId: ann }, { status: ['CLOSED'] }] } },
      orderBy: newest,
    },
  ]
}

async function take(place: Place, [kind, which, choice]: Step): Promise<void> {
  const id = place.conversationIds[which % place.conversationIds.length] as string
  const agentId = [...place.agentIds, null][choice % 3]
  switch (kind) {
    case 'open': {
      const endUserId = place.endUserIds[choice % place.endUserIds.length]
      const isFirst = which % 3 > 0
      const by = isFirst ? { endUserId } : { endUser: { name: 'Ada' } }
      place.conversationIds.push((await open(place.inboxIds[isFirst ? 0 : 1] as string, by)).id)
      return
    }
    case 'reply':
      return change('replyToConversation', { conversationId: id, body: `reply ${choice}` })
    case 'note':
      return change('addNote', { conversationId: id, body: `note ${choice}` })
    case 'hear':
      return change('receiveMessage', { conversationId: id, message: { body: `heard ${choice}` } })
    case 'status':
      return setStatus(id, ['OPEN', 'RESOLVED', 'CLOSED', 'ENDED'][choice % 4] as string)
    case 'snooze':
      return change('snoozeConversation', { conversationId: id, until: '2099-01-01T00:00:00.000Z' })
    case 'assign':
      return change('assignConversation', { conversationId: id, agentId })
    case 'team':
      return change('assignConversation', { conversationId: id, teamId: place.teamId })
    case 'title':
      return change('updateConversation', {
        conversationId: id,
        title: `title ${choice}`,
        tags: [`t${choice}`],
      })
    case 'priority':
      return change('updateConversation', { conversationId: id, priority: choice % 2 ? 'HIGH' : 'LOW' })
    case 'merge': {
      const [endUserId, intoEndUserId] = [place.endUserIds[choice % 3], place.endUserIds[(choice + 1) % 3]]
      return change('mergeEndUsers', { endUserId, intoEndUserId })
    }
    case 'together':
      await Promise.all([
        take(place, ['hear', which, choice]),
        take(place, ['status', which, choice]),
        take(place, ['assign', which + 1, choice]),
        take(place, ['note', choice, which]),
      ])
  }
}

/** Something that is in a list for sure: its newest event comes after all that happened before. */
async function enter(place: Place, { filter }: List): Promise<{ id: string; revision: number }> {
  const { inboxId = place.inboxIds[0], assigneeId, status = [] } = filter as Record<string, string & string[]>
  const by = filter.endUserId ? { endUserId: filter.endUserId } : { endUser: { name: 'Zoe' } }
  const { id } = await open(String(inboxId), by)
  if (assigneeId) await change('assignConversation', { conversationId: id, agentId: assigneeId })
  if (status[0] === 'SNOOZED') await take(place, ['snooze', place.conversationIds.push(id) - 1, 0])
  const { conversation } = await server.must('query ($id: ID!) { conversation(id: $id) { revision } }', {
    id,
  })
  return { id, revision: conversation.revision }
}

async function open(inboxId: string, by: object): Promise<{ id: string; endUser: { id: string } }> {
  const { openConversation } = await server.must(
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
      __typename ... on OpenConversationPayload { conversation { id endUser { id } } } ... on Error { reason: message } } }`,
    { input: { inboxId, ...by, message: { body: 'Hello' } } },
  )
  return openConversation.conversation
}

const setStatus = (conversationId: string, status: string) =>
  change('setConversationStatus', { conversationId, status })

async function change(mutation: string, input: object): Promise<void> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  await server.must(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input },
  )
}
