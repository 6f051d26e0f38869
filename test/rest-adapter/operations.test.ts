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

describe.each(variants)('%s', (variant) => {
  let client: FinClient
  beforeAll(() => {
    client = finClient(server, token, variant)
  })

  test('creates, reads and updates a user', async () => {
    const created = await client.call('createUser', {
      name: 'Marta Keller',
      email: 'Marta.Keller@Example.com',
      object_id: objectId(),
    })
    expect(created).toMatchObject({
      user_type: 'end_user',
      name: 'Marta Keller',
      email: 'marta.keller@example.com',
      photo_url: null,
      attributes: {},
    })
    const user_id = created.id
    expect(await client.call('getUser', { user_id })).toEqual(created)

    await client.call('updateUser', { user_id, attributes: { plan: 'business', trial: true, seats: 3 } })
    const updated = await client.call('updateUser', { user_id, attributes: { trial: null, seats: 4 } })
    expect(updated).toEqual({ ...created, attributes: { plan: 'business', seats: 4 } })
    expect(await client.call('getUser', { user_id })).toEqual(updated)
  })

  test('creates a user of whom nothing is known', async () => {
    const created = await client.call('createUser', { name: null, email: null, object_id: objectId() })
    expect(created).toMatchObject({ name: null, email: null })
  })

  test('shows null for an e-mail address that is none', async () => {
    const created = await client.call('createUser', { email: 'not an address', object_id: objectId() })
    expect(created.email).toBeNull()
  })

  test('lists the agents, Fin among them', async () => {
    const { id } = await server.agent('Ann', [fin.inboxId])
    const { id: stranger } = await server.agent('Bob', [await server.inbox()])
    const agents = await client.call('getAgents')
    const ids = agents.map((agent: { id: string }) => agent.id)
    expect(ids).toContain(id)
    expect(ids).not.toContain(stranger)
    expect(agents.find((agent: { id: string }) => agent.id === fin.agentId)).toMatchObject({
      user_type: 'agent',
      name: 'Fin',
      alias: null,
      alias_name: null,
    })
  })

  test('opens a conversation with its first message, held by Fin', async () => {
    const user = await client.call('createUser', { name: 'Marta', object_id: objectId() })
    const { conversation, message } = await client.open({
      user,
      title: 'Parcel',
      attributes: { locale: 'de' },
      message: {
        created_at: '2024-04-12T13:20:05.318Z',
        author: { id: user.id, user_type: 'end_user' },
        attachments: [{ url: 'https://files.example.com/a b.pdf', filetype: 'pdf', filename: 'A' }],
      },
    })
    expect(conversation).toMatchObject({
      status: 'open',
      title: 'Parcel',
      tags: [],
      attributes: { locale: 'de' },
      user,
      assignee: { id: fin.agentId, user_type: 'agent' },
    })
    expect(message).toMatchObject({
      conversation_id: conversation.id,
      body: '<p>Where is my parcel?</p>',
      author: user,
      visibility: 'public',
      created_at: '2024-04-12T13:20:05.318Z',
      attachments: [{ url: 'https://files.example.com/a%20b.pdf', filetype: 'pdf', filename: 'A' }],
    })
    const conversation_id = conversation.id
    expect(await client.call('getConversation', { conversation_id })).toEqual(conversation)
    expect(await client.call('getMessages', { conversation_id })).toEqual([message])
  })

  test('adds what the end-user and Fin say', async () => {
    const { conversation } = await client.open()
    const conversation_id = conversation.id
    const said = await client.call('createMessage', {
      conversation_id,
      message_type: 'comment',
      body: '<p onclick="x()">It leaves <b>tomorrow</b>.</p>',
      author: { id: fin.agentId, user_type: 'agent' },
      visibility: 'public',
      object_id: objectId(),
      attachments: [],
    })
    expect(said).toMatchObject({
      conversation_id,
      body: '<p>It leaves <b>tomorrow</b>.</p>',
      author: { id: fin.agentId, user_type: 'agent' },
    })
    const file = await client.call('createMessage', {
      conversation_id,
      body: null,
      author: { user_type: 'end_user' },
      visibility: 'private',
      attachments: [{ url: 'https://files.example.com/a.pdf' }],
    })
    expect(file).toMatchObject({
      body: '',
      author: conversation.user,
      visibility: 'private',
      attachments: [{ url: 'https://files.example.com/a.pdf' }],
    })
    const [, ...added] = await client.call('getMessages', { conversation_id })
    expect(added).toEqual([said, file])
  })

  test('writes what Fin found out', async () => {
    const { conversation } = await client.open()
    const conversation_id = conversation.id
    await client.call('updateConversation', {
      conversation_id,
      title: 'Parcel is late',
      tags: ['delivery', 'late'],
      attributes: { topic: 'Delivery', mood: 'sad' },
      status: 'resolved',
      assignee_id: fin.agentId,
      last_user_read_at: '2024-04-12T13:21:03.000Z',
    })
    const updated = await client.call('updateConversation', {
      conversation_id,
      tags: ['delivery'],
      attributes: { mood: null },
    })
    expect(updated).toMatchObject({
      status: 'resolved',
      title: 'Parcel is late',
      tags: ['delivery'],
      attributes: { topic: 'Delivery' },
      assignee: { id: fin.agentId },
    })
    expect(await client.call('getConversation', { conversation_id })).toEqual(updated)
    const { conversation: stored } = await server.must(
      'query ($id: ID!) { conversation(id: $id) { endUserReadAt handedOffAt } }',
      { id: conversation_id },
    )
    expect(stored).toEqual({ endUserReadAt: '2024-04-12T13:21:03.000Z', handedOffAt: null })
  })

  test('hands over with assignee_id null, and only with null', async () => {
    const { conversation } = await client.open()
    const conversation_id = conversation.id
    const kept = await client.call('updateConversation', { conversation_id, status: 'open' })
    expect(kept.assignee).toMatchObject({ id: fin.agentId })
    const free = await client.call('updateConversation', { conversation_id, assignee_id: null })
    expect(free.assignee).toBeNull()
    const { conversation: stored } = await server.must(
      'query ($id: ID!) { conversation(id: $id) { handedOffAt } }',
      { id: conversation_id },
    )
    expect(stored.handedOffAt).not.toBeNull()
  })

  test('shows a snoozed conversation as open', async () => {
    const { conversation } = await client.open()
    await server.must(
      `mutation ($id: ID!, $until: DateTime!) {
        snoozeConversation(input: { conversationId: $id, until: $until }) { __typename ... on Error { message } } }`,
      { id: conversation.id, until: new Date(Date.now() + 3_600_000).toISOString() },
    )
    const shown = await client.call('getConversation', { conversation_id: conversation.id })
    expect(shown.status).toBe('open')
  })
})

test('update_conversation carries what was learnt of the user', async () => {
  const client = finClient(server, token, 'posts')
  const { conversation } = await client.open({ user: { name: 'M', attributes: { plan: 'free', old: 1 } } })
  const updated = await client.call('updateConversation', {
    conversation_id: conversation.id,
    user: {
      id: conversation.user.id,
      user_type: 'end_user',
      name: 'Marta',
      photo_url: 'https://images.example.com/m.jpg',
      attributes: { plan: 'business', old: null },
    },
  })
  expect(updated.user).toEqual({
    ...conversation.user,
    name: 'Marta',
    photo_url: 'https://images.example.com/m.jpg',
    attributes: { plan: 'business' },
  })
})

test('both variants are described with the addresses of this installation', async () => {
  for (const address of ['/openapi.json', '/openapi-posts-only.json']) {
    const response = await fetch(`${server.url}/api/fin${address}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: `${server.url}/api/fin` }],
      components: {
        securitySchemes: {
          oauth2: { flows: { clientCredentials: { tokenUrl: `${server.url}/oauth/token` } } },
        },
      },
      webhooks: {},
    })
  }
})
