import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { type FinClient, fetchToken, finClient, objectId } from './finClient.js'

// Who is who: the end-users that Fin tells of, under our ids and its own.
let server: TestServer
let fin: TestFin
let client: FinClient

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
  client = finClient(server, await fetchToken(server, fin), 'posts')
})
afterAll(() => server.stop())

const address = () => `${objectId()}@example.com`

/** An end-user that an agent made in Fin's inbox, or another. */
async function madeByAgent(endUser: object, inboxId = fin.inboxId): Promise<string> {
  const { createEndUser } = await server.must(
    `mutation ($input: CreateEndUserInput!) { createEndUser(input: $input) {
      __typename ... on CreateEndUserPayload { endUser { id } } ... on Error { reason: message } } }`,
    { input: { inboxId, endUser } },
  )
  return createEndUser.endUser.id
}

async function endUser(id: string) {
  const { node } = await server.must(
    `query ($id: ID!) { node(id: $id) { ... on EndUser { id name email attributes possibleDuplicates { id } } } }`,
    { id },
  )
  return { ...node, possibleDuplicates: node.possibleDuplicates.map((other: { id: string }) => other.id) }
}

async function merge(endUserId: string, intoEndUserId: string) {
  const { mergeEndUsers } = await server
    .graphql(
      `mutation ($input: MergeEndUsersInput!) { mergeEndUsers(input: $input) {
      __typename ... on MergeEndUsersPayload { endUser { id } } ... on Error { reason: message } } }`,
      { input: { endUserId, intoEndUserId } },
    )
    .then(({ data }) => data)
  return mergeEndUsers
}

describe('an end-user is found', () => {
  test('by our id', async () => {
    const user = await client.call('createUser', { name: 'Marta', object_id: objectId() })
    expect((await client.open({ user: { id: user.id } })).conversation.user.id).toBe(user.id)
  })

  test("by Fin's own id, within the integration only", async () => {
    const object_id = objectId()
    const user = await client.call('createUser', { name: 'Marta', object_id })
    expect((await client.open({ user: { id: object_id } })).conversation.user.id).toBe(user.id)

    const other = await server.createFin({ name: 'Other' })
    const stranger = finClient(server, await fetchToken(server, other), 'posts')
    const there = await stranger.call('createUser', { name: 'Marta', object_id })
    expect(there.id).not.toBe(user.id)
    expect((await stranger.open({ user: { id: user.id } })).conversation.user.id).not.toBe(user.id)
    await stranger.refused('getUser', { user_id: user.id }, 404)
  })

  test('not in another inbox, also by their e-mail address', async () => {
    const email = address()
    const elsewhere = await madeByAgent({ email }, await server.inbox('Elsewhere'))
    const user = await client.call('createUser', { email, object_id: objectId() })
    expect(user.id).not.toBe(elsewhere)
    expect((await client.open({ user: { id: elsewhere } })).conversation.user.id).not.toBe(elsewhere)
  })
})

test('who is created only after a conversation has mentioned them, or an agent has made them, is told of in full', async () => {
  const object_id = objectId()
  const email = address()
  const { conversation } = await client.open({ user: { id: object_id } })
  const given = { object_id, name: 'Marta', email, attributes: { plan: 'pro' } }
  const expected = { id: conversation.user.id, name: 'Marta', email, attributes: { plan: 'pro' } }
  expect(await client.call('createUser', given)).toMatchObject(expected)
  expect(await client.call('createUser', { ...given, name: 'Other' })).toMatchObject(expected)

  const known = await madeByAgent({ email: address() })
  const { email: written } = await endUser(known)
  const bound = { object_id: objectId(), email: written, name: 'Jo', attributes: { plan: 'free' } }
  expect(await client.call('createUser', bound)).toMatchObject({
    id: known,
    name: 'Jo',
    attributes: { plan: 'free' },
  })
})

test('Fin’s own agent is nobody’s end-user, however its messages name it', async () => {
  const open = (name: string, author: object) =>
    client.open({ user: { name }, message: { author: { id: fin.agentId, ...author } } })
  const users = await Promise.all([
    open('Alice', {}),
    open('Bob', {}),
    open('Carol', { user_type: 'AGENT' }),
    open('Dave', { user_type: 'agent' }),
  ])
  expect(users.map(({ conversation }) => conversation.user.name)).toEqual(['Alice', 'Bob', 'Carol', 'Dave'])
  expect(new Set(users.map(({ conversation }) => conversation.user.id)).size).toBe(4)
})

describe('an e-mail address alone', () => {
  test('binds someone whom no other id claims', async () => {
    const email = address()
    const known = await madeByAgent({ name: 'Marta', email })
    const object_id = objectId()
    expect((await client.call('createUser', { email: email.toUpperCase(), object_id })).id).toBe(known)
    expect((await client.call('createUser', { object_id })).id).toBe(known)
  })

  test('does not bind someone who has another id, but makes a suggestion', async () => {
    const email = address()
    const first = await client.call('createUser', { email, object_id: objectId() })
    const second = await client.call('createUser', { email, object_id: objectId() })
    const third = await client.call('createUser', { email })
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
    expect((await endUser(first.id)).possibleDuplicates.sort()).toEqual([second.id, third.id].sort())
    expect((await endUser(second.id)).possibleDuplicates).toEqual([first.id])
  })

  test('does not bind someone whom an earlier integration of the inbox has an id of', async () => {
    const { integrationId, inboxId, ...earlier } = await server.createFin({ name: 'Earlier' })
    const its = finClient(server, await fetchToken(server, { ...earlier, integrationId, inboxId }), 'posts')
    const email = address()
    const first = await its.call('createUser', { email, object_id: objectId() })
    await server.app.db.prisma.finIntegration.update({
      where: { id: storedId('FinIntegration', integrationId) ?? '' },
      data: { archivedAt: new Date() },
    })
    const later = await server.createFin({ name: 'Later', inboxId })
    const user = await finClient(server, await fetchToken(server, later), 'posts').call('createUser', {
      email,
      object_id: objectId(),
    })
    expect(user.id).not.toBe(first.id)
  })

  test('never binds where the integration is set to suggest', async () => {
    const { integrationId, inboxId, ...careful } = await server.createFin({ name: 'Careful' })
    await server.app.db.prisma.finIntegration.update({
      where: { id: storedId('FinIntegration', integrationId) ?? '' },
      data: { emailBinding: 'SUGGEST' },
    })
    const token = await fetchToken(server, { ...careful, integrationId, inboxId })
    const email = address()
    const known = await madeByAgent({ email }, inboxId)
    const user = await finClient(server, token, 'posts').call('createUser', { email, object_id: objectId() })
    expect(user.id).not.toBe(known)
    expect((await endUser(known)).possibleDuplicates).toEqual([user.id])
  })
})

describe('someone who changes at Intercom stays one', () => {
  test('renamed, before a conversation or within one', async () => {
    const id = objectId()
    const { conversation } = await client.open({ user: { id, name: 'Marta', email: address() } })
    const email = address()
    const again = await client.open({ user: { id, name: 'Marta Keller', email } })
    expect(again.conversation.user).toMatchObject({ id: conversation.user.id, name: 'Marta Keller', email })
    const user = { id, name: 'Marta K.', email: address() }
    const { name, email: latest } = user
    const updated = await client.call('updateConversation', { conversation_id: conversation.id, user })
    expect(updated.user).toMatchObject({ id: conversation.user.id, name, email: latest })
  })

  test('an address that people wrote down is not replaced', async () => {
    const email = address()
    const known = await madeByAgent({ email })
    const { conversation } = await client.open({ user: { id: known, email: address() } })
    expect(conversation.user).toMatchObject({ id: known, email })
  })

  test('known by an id only later', async () => {
    const { conversation } = await client.open()
    const id = objectId()
    await client.call('updateConversation', { conversation_id: conversation.id, user: { id, name: 'Marta' } })
    const again = await client.open({ user: { id } })
    expect(again.conversation.user).toMatchObject({ id: conversation.user.id, name: 'Marta' })
  })

  test.each(['our id', 'its own id'])('merged, and named by %s from then on', async (named) => {
    const lead = await client.open({ user: { id: objectId(), attributes: { page: 'prices', plan: 'none' } } })
    const object_id = objectId()
    const user = await client.call('createUser', { name: 'Marta', object_id, attributes: { plan: 'free' } })
    const merged = await client.call('updateConversation', {
      conversation_id: lead.conversation.id,
      user: { id: named === 'our id' ? user.id : object_id },
    })
    expect(merged.user).toEqual({ ...user, attributes: { page: 'prices', plan: 'free' } })
    const [first] = await client.call('getMessages', { conversation_id: lead.conversation.id })
    expect(first.author.id).toBe(user.id)
    expect((await client.call('getUser', { user_id: lead.conversation.user.id })).id).toBe(user.id)
  })

  test('merged, with the address of whom is known, not with what an unknown lead has typed', async () => {
    const lead = await client.open({ user: { id: objectId(), email: address() } })
    const email = address()
    const user = await client.call('createUser', { object_id: objectId(), email })
    const merged = await client.call('updateConversation', {
      conversation_id: lead.conversation.id,
      user: { id: user.id },
    })
    expect(merged.user).toMatchObject({ id: user.id, email })
  })

  test.each(['name', 'email'])(
    'not merged with someone whom others know by %s: a human is asked',
    async (by) => {
      const known = await madeByAgent(by === 'name' ? { name: 'Marta' } : { email: address() })
      const { conversation } = await client.open({ user: { id: known } })
      const user = await client.call('createUser', { object_id: objectId() })
      const given = { conversation_id: conversation.id, user: { id: user.id } }
      expect((await client.call('updateConversation', given)).user.id).toBe(known)
      expect((await endUser(known)).possibleDuplicates).toEqual([user.id])
    },
  )
})

describe('people merge end-users', () => {
  test('and what either had is with whom remains', async () => {
    const email = address()
    const [lost, kept] = [objectId(), objectId()]
    const first = await client.open({ user: { id: lost, name: 'Marta', email, attributes: { a: 1, b: 1 } } })
    const second = await client.open({ user: { id: kept, email, attributes: { b: 2 } } })
    const [from, into] = [first.conversation.user.id, second.conversation.user.id]
    expect(await merge(from, into)).toMatchObject({ endUser: { id: into } })

    expect(await endUser(from)).toEqual({
      id: into,
      name: 'Marta',
      email,
      attributes: { a: 1, b: 2 },
      possibleDuplicates: [],
    })
    expect((await client.call('getConversation', { conversation_id: first.conversation.id })).user.id).toBe(
      into,
    )
    for (const id of [lost, kept, from, into]) {
      expect((await client.open({ user: { id } })).conversation.user.id).toBe(into)
    }
    expect(await merge(from, into)).toMatchObject({ endUser: { id: into } })
    expect(await merge(into, from)).toMatchObject({ endUser: { id: into } })
  })

  test('in a row, and every id leads to the last', async () => {
    const ids = []
    for (let i = 0; i < 3; i++) ids.push((await client.call('createUser', { object_id: objectId() })).id)
    await merge(ids[0], ids[1])
    await merge(ids[1], ids[2])
    for (const user_id of ids) expect((await client.call('getUser', { user_id })).id).toBe(ids[2])
  })

  test('of one inbox only', async () => {
    const here = await madeByAgent({ name: 'Here' })
    const there = await madeByAgent({ name: 'There' }, await server.inbox('There'))
    expect(await merge(here, there)).toMatchObject({ __typename: 'ValidationError' })
    expect(await merge(here, 'user_nobody')).toMatchObject({ __typename: 'NotFoundError' })
  })

  test('while Fin binds its id to whom is merged: it leads to whom remains', async () => {
    const email = address()
    const from = await madeByAgent({ email })
    const into = await madeByAgent({ name: 'Remains' })
    const object_id = objectId()
    const [user] = await Promise.all([client.call('createUser', { email, object_id }), merge(from, into)])
    expect((await client.call('getUser', { user_id: user.id })).id).toBe(into)
    const { conversation } = await client.open({ user: { id: object_id, name: 'Renamed' } })
    expect(conversation.user).toMatchObject({ id: into, name: 'Renamed' })
  })

  test('while Fin opens conversations for whom is merged: none is left behind', async () => {
    const object = objectId()
    const { id: from } = await client.call('createUser', { object_id: object })
    const { id: into } = await client.call('createUser', { object_id: objectId() })
    const open = () => client.open({ user: { id: from } })
    const opened = await Promise.all([open(), open(), merge(from, into), open(), open()])
    for (const { conversation } of opened) {
      if (!conversation) continue
      const now = await client.call('getConversation', { conversation_id: conversation.id })
      expect(now.user.id).toBe(into)
    }
  })
})
