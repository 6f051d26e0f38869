import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FinClient, fetchToken, finClient, objectId } from '../../rest-adapter/finClient.js'
import { movableClock } from '../../support/clock.js'
import { eventually } from '../../support/eventually.js'
import { startTestServer, type TestFin, type TestServer } from '../../support/server.js'

// Who did what is in every entry; this is why, where it was not simply asked for.
const clock = movableClock()
let server: TestServer
let fin: TestFin
let client: FinClient
let ann: { id: string; token: string }
let ben: { id: string; token: string }

beforeAll(async () => {
  server = await startTestServer({ clock })
  fin = await server.createFin()
  client = finClient(server, await fetchToken(server, fin), 'posts')
  ann = await server.agent('Ann', [fin.inboxId])
  ben = await server.agent('Ben', [fin.inboxId])
})
afterAll(() => server.stop())

const open = async (): Promise<string> =>
  (await client.open({ user: { name: 'Eve', email: `${objectId()}@example.org` } })).conversation.id

const doneBy = (token: string, id: string, name: string, input: object) => {
  const title = name[0]?.toUpperCase() + name.slice(1)
  return server.must(
    `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on Error { text: message } } }`,
    { input: { conversationId: id, ...input } },
    token,
  )
}

/** The last changes of who holds it and in which status, each with its cause. */
async function changes(id: string, last: number) {
  const { conversation } = await server.must(
    `query ($id: ID!) { conversation(id: $id) { timeline(last: 50) { nodes {
      ... on AssignmentChanged { cause holder: to { id } team: toTeam { name } heldBefore: from { id } }
      ... on StatusChanged { cause to } } } } }`,
    { id },
  )
  const shown = conversation.timeline.nodes.filter((entry: object) => 'cause' in entry)
  return shown.slice(-last)
}

const held = (cause: string | null, before: string | null, holder: string | null) => ({
  cause,
  heldBefore: before && { id: before },
  holder: holder && { id: holder },
  team: null,
})

test('a reply takes over; what is asked for with a message comes with it', async () => {
  const id = await open()
  await doneBy(ann.token, id, 'replyToConversation', { body: 'I look at it' })
  expect(await changes(id, 1)).toEqual([held('TOOK_OVER', fin.agentId, ann.id)])
  await doneBy(ann.token, id, 'addNote', {
    body: 'Yours',
    andThen: { assignTo: { agentId: ben.id }, status: 'RESOLVED' },
  })
  expect(await changes(id, 2)).toEqual([
    held('AND_THEN', ann.id, ben.id),
    { cause: 'AND_THEN', to: 'RESOLVED' },
  ])
})

test('what an agent does by itself has no cause beside it', async () => {
  const id = await open()
  await doneBy(ann.token, id, 'assignConversation', { agentId: ben.id })
  await doneBy(ann.token, id, 'setConversationStatus', { status: 'CLOSED' })
  expect(await changes(id, 2)).toEqual([held(null, fin.agentId, ben.id), { cause: null, to: 'CLOSED' }])
})

test('the end-user opens what was done', async () => {
  const id = await open()
  await doneBy(ann.token, id, 'setConversationStatus', { status: 'RESOLVED' })
  await client.call('createMessage', {
    conversation_id: id,
    body: 'Still broken',
    author: { id: objectId(), user_type: 'user' },
    object_id: objectId(),
  })
  expect(await changes(id, 1)).toEqual([{ cause: 'END_USER_WROTE', to: 'OPEN' }])
})

test('Fin lets go, and gets it back', async () => {
  const id = await open()
  await client.call('updateConversation', { conversation_id: id, assignee_id: null })
  await doneBy(ann.token, id, 'handBackToFin', {})
  expect(await changes(id, 2)).toEqual([
    held('HANDED_OFF', fin.agentId, null),
    held('HANDED_BACK', null, fin.agentId),
  ])
})

test('a snooze ends at its time', async () => {
  const id = await open()
  await doneBy(ann.token, id, 'snoozeConversation', {
    until: new Date(clock.now().getTime() + 60_000).toISOString(),
  })
  clock.advance(60_001)
  await eventually(async () => expect(await changes(id, 1)).toEqual([{ cause: 'SNOOZE_ENDED', to: 'OPEN' }]))
})

test('when only the team changes, the agent is named on both sides', async () => {
  const id = await open()
  const { createTeam } = await server.must(
    `mutation ($input: CreateTeamInput!) { createTeam(input: $input) { ... on CreateTeamPayload { team { id } } } }`,
    { input: { name: 'Refunds', agentIds: [ben.id] } },
  )
  await doneBy(ann.token, id, 'assignConversation', { agentId: ben.id })
  await doneBy(ann.token, id, 'assignConversation', { agentId: ben.id, teamId: createTeam.team.id })
  expect(await changes(id, 1)).toEqual([{ ...held(null, ben.id, ben.id), team: { name: 'Refunds' } }])
})

test('attributes are told by their names', async () => {
  const id = await open()
  const names = async () =>
    (
      await server.must(
        `query ($id: ID!) { conversation(id: $id) { timeline(last: 1) { nodes { ... on AttributesChanged { names } } } } }`,
        { id },
      )
    ).conversation.timeline.nodes
  await doneBy(ann.token, id, 'updateConversation', { attributes: { plan: 'gold', seats: 3 } })
  expect(await names()).toEqual([{ names: ['plan', 'seats'] }])
  await doneBy(ann.token, id, 'updateConversation', { attributes: { plan: 'gold', seats: null, since: 2 } })
  expect(await names()).toEqual([{ names: ['seats', 'since'] }])
})
