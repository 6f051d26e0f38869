import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { variants } from './contracts.js'
import { type FinClient, fetchToken, finClient, objectId, routes } from './finClient.js'

let server: TestServer
let fin: TestFin
let token: string

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
  token = await fetchToken(server, fin)
})
afterAll(() => server.stop())

/** What was recorded of repeats with this object id that say something else. */
async function differences(object: string): Promise<number> {
  const entries = await server.app.db.prisma.integrationLog.findMany({
    where: { kind: 'DIFFERENT_REPEAT', value: { equals: object } },
  })
  return entries.reduce((sum, { times }) => sum + times, 0)
}

/** The different ids that 50 calls at once give. */
async function idsOf<Answer>(call: () => Promise<Answer>, idOf: (answer: Answer) => string) {
  const answers = await Promise.all(Array.from({ length: 50 }, call))
  return [...new Set(answers.map(idOf))]
}

describe.each(variants)('%s', { timeout: 120_000 }, (variant) => {
  let client: FinClient
  beforeAll(() => {
    client = finClient(server, token, variant)
  })

  test('a repeated user is the first one as it is now', async () => {
    const given = { name: 'Marta', object_id: objectId() }
    const { id } = await client.call('createUser', given)
    const now = await client.call('updateUser', { user_id: id, attributes: { plan: 'free' } })
    expect(await client.call('createUser', given)).toEqual(now)
    expect(await differences(given.object_id)).toBe(0)
    for (const name of ['Other', 'Other', 'Another']) {
      expect(await client.call('createUser', { ...given, name })).toEqual(now)
    }
    expect(await differences(given.object_id)).toBe(3)
  })

  test('a repeated conversation is the first pair as it is now', async () => {
    const given = { object_id: objectId(), message: { object_id: objectId() } }
    const first = await client.open(given)
    const now = await client.call('updateConversation', {
      conversation_id: first.conversation.id,
      status: 'resolved',
    })
    expect(await client.open(given)).toEqual({ conversation: now, message: first.message })
    expect(await client.call('getMessages', { conversation_id: first.conversation.id })).toHaveLength(1)
    expect(await differences(given.object_id)).toBe(0)
    const other = { ...given, title: 'Other', message: { ...given.message, body: 'Other' } }
    expect(await client.open(other)).toEqual({ conversation: now, message: first.message })
    expect(await differences(given.object_id)).toBe(1)
  })

  test('a repeated message is the first one', async () => {
    const { conversation } = await client.open()
    const given = { conversation_id: conversation.id, body: 'Hello', object_id: objectId() }
    const first = await client.call('createMessage', given)
    expect(await client.call('createMessage', given)).toEqual(first)
    expect(await differences(given.object_id)).toBe(0)
    expect(await client.call('createMessage', { ...given, body: 'Other' })).toEqual(first)
    expect(await differences(given.object_id)).toBe(1)
    expect(await client.call('getMessages', { conversation_id: conversation.id })).toHaveLength(2)
  })

  test('a file whose signed address is another is the same message', async () => {
    const { conversation } = await client.open()
    const send = (signature: number) =>
      client.call('createMessage', {
        conversation_id: conversation.id,
        object_id: object,
        attachments: [{ url: `https://files.example.com/a.pdf?signature=${signature}` }],
      })
    const object = objectId()
    expect(await send(2)).toEqual(await send(1))
    expect(await differences(object)).toBe(0)
  })

  test('50 equal calls at once make one user', async () => {
    const given = { name: 'Marta', email: 'marta.50@example.com', object_id: objectId() }
    expect(
      await idsOf(
        () => client.call('createUser', given),
        (user) => user.id,
      ),
    ).toHaveLength(1)
  })

  test('50 equal calls at once make one conversation with one message and one user', async () => {
    const given = { object_id: objectId(), message: { object_id: objectId() }, user: { id: objectId() } }
    const pairs = await idsOf(
      () => client.open(given),
      ({ conversation, message }) => `${conversation.id} ${conversation.user.id} ${message.id}`,
    )
    expect(pairs).toHaveLength(1)
    const [conversation_id] = (pairs[0] ?? '').split(' ')
    expect(await client.call('getMessages', { conversation_id })).toHaveLength(1)
  })

  test('50 equal calls at once make one message', async () => {
    const { conversation } = await client.open()
    const given = { conversation_id: conversation.id, body: 'Hello', object_id: objectId() }
    expect(
      await idsOf(
        () => client.call('createMessage', given),
        (message) => message.id,
      ),
    ).toHaveLength(1)
    expect(await client.call('getMessages', { conversation_id: conversation.id })).toHaveLength(2)
  })

  test('without an object_id every call makes one more', async () => {
    const given = { name: 'Marta', object_id: '' }
    const { id } = await client.call('createUser', given)
    expect((await client.call('createUser', given)).id).not.toBe(id)
  })

  test('a first message whose object_id another conversation has is stored all the same, and recorded', async () => {
    const taken = objectId()
    const first = await client.open({ message: { object_id: taken } })
    const given = { object_id: objectId(), message: { object_id: taken, body: 'Another matter' } }
    const second = await client.open(given)
    expect(second.conversation.id).not.toBe(first.conversation.id)
    expect(second.message).toMatchObject({ conversation_id: second.conversation.id, body: 'Another matter' })
    expect((await client.open(given)).conversation.id).toBe(second.conversation.id)
  })

  test('without a conversation object_id, that of the first message makes a repeat one', async () => {
    const given = { object_id: undefined, message: { object_id: objectId() } }
    const pairs = await idsOf(
      () => client.open(given),
      ({ conversation, message }) => `${conversation.id} ${message.id}`,
    )
    expect(pairs).toHaveLength(1)
  })

  test('a message whose object_id a message of another conversation has is stored all the same', async () => {
    const [first, second] = [await client.open(), await client.open()]
    const taken = objectId()
    const say = (conversation_id: string) =>
      client.call('createMessage', { conversation_id, body: 'Hello', object_id: taken })
    const there = await say(first.conversation.id)
    const here = await say(second.conversation.id)
    expect(here).toMatchObject({ conversation_id: second.conversation.id, body: 'Hello' })
    expect(here.id).not.toBe(there.id)
    expect((await say(first.conversation.id)).id).toBe(there.id)
    expect((await say(second.conversation.id)).id).toBe(here.id)
    expect(await client.call('getMessages', { conversation_id: second.conversation.id })).toHaveLength(2)
  })

  test('a conversation known by its first message only is one, though another conversation has that object_id', async () => {
    const taken = objectId()
    const { conversation } = await client.open()
    await client.call('createMessage', { conversation_id: conversation.id, body: 'Hello', object_id: taken })
    const given = { object_id: undefined, message: { object_id: taken, body: 'Another matter' } }
    const [first, second] = [await client.open(given), await client.open(given)]
    expect(first.conversation.id).not.toBe(conversation.id)
    expect(second).toEqual(first)
  })

  test('a conversation that is repeated for somebody else stays with the first, and that is recorded', async () => {
    const given = { object_id: objectId(), message: { object_id: objectId() } }
    const user = await client.call('createUser', { object_id: objectId() })
    const first = await client.open({ ...given, user: { id: user.id } })
    expect(await client.open({ ...given, user: { id: user.id } })).toEqual(first)
    expect(await differences(given.object_id)).toBe(0)
    expect(await client.open({ ...given, user: { id: objectId() } })).toEqual(first)
    expect(await differences(given.object_id)).toBe(1)
  })

  test('50 equal calls at once, of nobody in particular, make one end-user', async () => {
    const count = async () => server.app.db.prisma.endUser.count()
    const before = await count()
    const given = { object_id: objectId(), message: { object_id: objectId() } }
    const pairs = await idsOf(
      () => client.open(given),
      ({ conversation }) => conversation.id,
    )
    expect(pairs).toHaveLength(1)
    expect(await count()).toBe(before + 1)
  })

  test('ids of any length and kind are told apart', async () => {
    const long = 'x'.repeat(300)
    const first = await client.call('createUser', { name: 'A', object_id: `${long}1` })
    expect((await client.call('createUser', { name: 'A', object_id: `${long}1` })).id).toBe(first.id)
    expect((await client.call('createUser', { name: 'B', object_id: `${long}2` })).id).not.toBe(first.id)
    // Numbers that JSON rounds to the same one.
    const [, path, post] = routes.createUser
    const ids = ['9007199254740993', '9007199254740992'].map(async (number) => {
      const response = await client.send('POST', variant === 'rest' ? path : post, `{"object_id":${number}}`)
      return ((await response.json()) as { id: string }).id
    })
    expect(new Set(await Promise.all(ids)).size).toBe(2)
  })
})
