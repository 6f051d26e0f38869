import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { variants } from './contracts.js'
import { type FinClient, fetchToken, finClient, objectId } from './finClient.js'

let server: TestServer
let fin: TestFin
let token: string

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
  token = await fetchToken(server, fin)
})
afterAll(() => server.stop())

/** What was kept apart since the last time it was asked for, by the name it came under. */
async function recorded(): Promise<Record<string, unknown>> {
  const { rows } = await server.app.db.pool.query(
    `delete from integration_log where kind = 'TOLERATED' returning field, value`,
  )
  return Object.fromEntries(rows.map(({ field, value }) => [field, value]))
}

describe.each(variants)('%s', (variant) => {
  let client: FinClient
  beforeAll(async () => {
    client = finClient(server, token, variant)
    await recorded()
  })

  test('unknown fields, numbers as text, and other types as nothing', async () => {
    const user = await client.call('createUser', {
      name: 17,
      email: { at: 'x' },
      object_id: 4711,
      something: ['else'],
    })
    expect(user).toMatchObject({ name: '17', email: null })
    expect(await client.call('createUser', { object_id: '4711' })).toEqual(user)
  })

  test('what PostgreSQL does not store is taken out', async () => {
    const { conversation } = await client.open({
      title: 'a\0b',
      object_id: `\0${objectId()}`,
      attributes: { 'k\0': 'v\0', half: '\ud800' },
      message: { body: 'c\0d', attachments: [{ url: 'https://x.example/', filename: 'e\0\udfff' }] },
    })
    expect(conversation).toMatchObject({ title: 'ab', attributes: { k: 'v', half: '\ufffd' } })
  })

  test('a title is cut rather than refused', async () => {
    const { conversation } = await client.open({ title: 'x'.repeat(1_500) })
    expect(conversation.title).toHaveLength(1_000)
  })

  test('a conversation of nobody has an anonymous end-user', async () => {
    const { conversation } = await client.open()
    expect(conversation.user).toMatchObject({ name: null, email: null })
  })

  test('a user we do not know is found again by the id that Fin gives', async () => {
    const id = objectId()
    const first = await client.open({ user: { id } })
    const second = await client.open({ user: { id } })
    expect(second.conversation.user.id).toBe(first.conversation.user.id)
    expect(second.conversation.id).not.toBe(first.conversation.id)
  })

  test('without a user the author is the end-user', async () => {
    const user = await client.call('createUser', { name: 'Marta', object_id: objectId() })
    const author = { id: user.id, user_type: 'end_user' }
    expect((await client.open({ message: { author } })).conversation.user).toEqual(user)
  })

  test('a conversation can begin with what Fin says', async () => {
    const { conversation, message } = await client.open({
      message: { author: { id: 'unknown', user_type: 'agent' } },
    })
    expect(message.author).toMatchObject({ id: fin.agentId, user_type: 'agent' })
    expect(conversation.user.user_type).toBe('end_user')
  })

  test('odd values are left out of a message, and kept apart', async () => {
    const before = Date.now()
    await recorded()
    const { message } = await client.open({
      message: { visibility: 'internal', created_at: 'yesterday', author: 'me', message_type: 'note' },
    })
    expect(message).toMatchObject({ visibility: 'public', author: { user_type: 'end_user' } })
    expect(Date.parse(message.created_at)).toBeGreaterThanOrEqual(before)
    expect(await recorded()).toEqual({
      'initial_message.visibility': 'internal',
      'initial_message.created_at': 'yesterday',
      'initial_message.author': 'me',
      'initial_message.message_type': 'note',
    })
  })

  test.each([
    ['2024-04-12', '2024-04-12T00:00:00.000Z'],
    ['2024-04-12T13:20:05', '2024-04-12T13:20:05.000Z'],
    ['2024-04-12T15:20:05+02:00', '2024-04-12T13:20:05.000Z'],
    ['2024-04-12 13:20:05.318419Z', '2024-04-12T13:20:05.318Z'],
  ])('the time %s', async (created_at, stored) => {
    expect((await client.open({ message: { created_at } })).message.created_at).toBe(stored)
  })

  test.each(['9999-12-31T23:59:59-12:00', '1969-12-31', '2024-02-31T25:00:00Z'])(
    'the time %s is none, wherever it stands',
    async (odd) => {
      const before = Date.now()
      const { conversation, message } = await client.open({ message: { created_at: odd } })
      expect(Date.parse(message.created_at)).toBeGreaterThanOrEqual(before)
      const conversation_id = conversation.id
      await client.call('updateConversation', { conversation_id, last_user_read_at: odd })
      await client.call('createMessage', { conversation_id, body: 'Hello', created_at: odd })
      expect(server.faults).toEqual([])
    },
  )

  test('tags of which none can be read take away none', async () => {
    const { conversation } = await client.open()
    const tag = (tags: unknown) =>
      client.call('updateConversation', { conversation_id: conversation.id, tags }).then((now) => now.tags)
    expect(await tag(['keep'])).toEqual(['keep'])
    expect(await tag([{}, null])).toEqual(['keep'])
    expect(await tag(['  '])).toEqual(['keep'])
    expect(await tag([' keep ', 'x'.repeat(101)])).toEqual(['keep'])
    expect(await tag([])).toEqual([])
  })

  test('a user is updated with nothing', async () => {
    const user = await client.call('createUser', { object_id: objectId(), attributes: { plan: 'pro' } })
    for (const attributes of [undefined, null, {}]) {
      expect(await client.call('updateUser', { user_id: user.id, attributes })).toEqual(user)
    }
  })

  test('an attribute may become a text of what it was', async () => {
    const given = { n: 1042, yes: true, list: [1] }
    const { conversation } = await client.open({ attributes: given })
    const texts = { n: '1042', yes: 'true', list: '[1]' }
    const now = await client.call('updateConversation', {
      conversation_id: conversation.id,
      attributes: texts,
    })
    expect(now.attributes).toEqual(texts)
    const { conversation: stored } = await server.must(
      'query ($id: ID!) { conversation(id: $id) { attributes } }',
      { id: conversation.id },
    )
    expect(stored.attributes).toEqual({ ...texts, list: [1] })
  })

  test('a number beyond all numbers is left out, and kept apart', async () => {
    await recorded()
    const [method, path] = variant === 'rest' ? ['POST', '/user'] : ['POST', '/create_user']
    const response = await client.send(method, path, '{"name":1e400,"attributes":{"n":-1e400,"plan":"free"}}')
    expect(await response.json()).toMatchObject({ name: null, attributes: { plan: 'free' } })
    expect(Object.keys(await recorded())).toEqual(['body'])
  })

  test('however much is odd, some of it is listed, and the rest counted', async () => {
    const { conversation } = await client.open()
    await recorded()
    const attachments = Array.from({ length: 8_000 }, () => ({ url: 'https://a.example/b', filetype: {} }))
    await client.call('createMessage', { conversation_id: conversation.id, attachments })
    const { body, ...listed } = await recorded()
    expect(Object.keys(listed)).toHaveLength(100)
    expect(body).toBeNull()
  })

  test('odd values change nothing in a conversation, and are kept apart', async () => {
    const { conversation } = await client.open({ title: 'Parcel', attributes: { a: 1 } })
    await recorded()
    const odd = {
      tags: 'late',
      attributes: [],
      status: 'constructor',
      assignee_id: {},
      last_user_read_at: 'now',
      user: 'me',
    }
    const given = { conversation_id: conversation.id, title: null, ...odd }
    expect(await client.call('updateConversation', given)).toEqual(conversation)
    expect(await recorded()).toEqual(odd)
  })

  test('what is odd of a user is left out, and kept apart', async () => {
    await recorded()
    const odd = { email: 'not an address', attributes: ['plan'] }
    const user = await client.call('createUser', { name: 'Marta', object_id: objectId(), ...odd })
    expect(user).toMatchObject({ name: 'Marta', email: null, attributes: {} })
    expect(await recorded()).toEqual(odd)
  })

  test('attributes may hold anything; Fin is shown texts for what is no text, number or boolean', async () => {
    const nested = { items: [1, { a: null }] }
    const { conversation } = await client.open({ attributes: { nested, n: 1.5, yes: true } })
    expect(conversation.attributes).toEqual({ nested: JSON.stringify(nested), n: 1.5, yes: true })
    const { id, attributes } = conversation
    const again = await client.call('updateConversation', { conversation_id: id, attributes })
    expect(again.updated_at).toBe(conversation.updated_at)
  })

  test('what is nested without end is left out, and the rest taken', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const [method, path] = variant === 'rest' ? ['POST', '/user'] : ['POST', '/create_user']
    const response = await client.send(
      method,
      path,
      `{"name":"Marta","attributes":{"deep":${deep},"plan":"free"}}`,
    )
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({ name: 'Marta', attributes: { plan: 'free' } })
  })

  test('an attachment may lack everything but its https address', async () => {
    const { conversation } = await client.open()
    const { id } = conversation
    const send = (attachments: unknown) => ({ conversation_id: id, body: 'See here', attachments })
    expect((await client.call('createMessage', send('none'))).attachments).toEqual([])
    const url = 'https://files.example.com/a.pdf?signature=1'
    const odd = [{ url, filetype: {}, filename: null, other: 1 }]
    expect((await client.call('createMessage', send(odd))).attachments).toEqual([{ url }])
    for (const wrong of [{ url: 'http://files.example.com/a' }, {}, 'https://files.example.com/a', null]) {
      const problem = await client.refused('createMessage', send([wrong]), 400)
      expect(problem.detail).toMatch(/^attachments\/0\/url/)
    }
  })

  test('a conversation that cannot be named is unknown, not malformed', async () => {
    for (const conversation_id of [undefined, null, 7, {}, '', 'conv_1', 'x'.repeat(300)]) {
      await client.refused('updateConversation', { conversation_id, status: 'open' }, 404)
      await client.refused('createMessage', { conversation_id, body: 'Hello' }, 404)
    }
  })

  test('odd elements are left out of tags', async () => {
    const { conversation } = await client.open()
    const updated = await client.call('updateConversation', {
      conversation_id: conversation.id,
      tags: ['late', 17, null, {}, ''],
    })
    expect(updated.tags).toEqual(['17', 'late'])
  })

  test('an assignee who is not Fin is not taken', async () => {
    const { id } = await server.agent('Ann', [fin.inboxId])
    const { conversation } = await client.open()
    for (const assignee_id of [id, 'nobody']) {
      const updated = await client.call('updateConversation', {
        conversation_id: conversation.id,
        assignee_id,
      })
      expect(updated.assignee).toMatchObject({ id: fin.agentId })
    }
  })
})

test('get_agents needs no body', async () => {
  const client = finClient(server, token, 'posts')
  for (const body of [undefined, '', '{}', 'null']) {
    expect((await client.send('POST', '/get_agents', body)).status).toBe(200)
  }
})
