import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countConversations } from '../../../src/conversation/total.js'
import { storedId, unknownId } from '../../../src/ids.js'
import { startTestServer, type TestServer } from '../../support/server.js'

let server: TestServer
let inboxId: string
let conversationId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
  conversationId = await server.conversation(inboxId)
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

const list =
  'query ($filter: ConversationFilter) { conversations(filter: $filter) { totalCount nodes { id } } }'

const nested = (depth: number): object => (depth === 0 ? { unread: true } : { not: nested(depth - 1) })

describe('a filter is taken', () => {
  test.each([
    ['with filters in it 5 deep', nested(5)],
    ['with 50 conditions', { or: Array.from({ length: 50 }, () => ({ waiting: true })) }],
    ['with a text of 200 characters', { text: 'x'.repeat(200) }],
  ])('%s', async (_, filter) => {
    expect((await server.graphql(list, { filter })).errors).toBeUndefined()
  })
})

describe('a filter is refused, with the path of what is wrong,', () => {
  const agent = 'agent_01h2xcejqtf2nbrexx3vqjhp41'
  test.each([
    ['6 deep', nested(6), 'filter.not.not.not.not.not.not'],
    ['with 51 conditions', { or: Array.from({ length: 51 }, () => ({ waiting: true })) }, 'filter.or.50'],
    ['with 51 that ask nothing', { and: Array.from({ length: 51 }, () => ({})) }, 'filter.and.50'],
    [
      'that contradicts itself',
      { or: [{}, { not: { assigneeId: agent, unassigned: true } }] },
      'filter.or.1.not.unassigned',
    ],
    [
      'of what is one’s own and nobody’s',
      { not: { assignedToMe: true, unassigned: true } },
      'filter.not.unassigned',
    ],
    ['with a text too long', { and: [{ text: 'x'.repeat(201) }] }, 'filter.and.0.text'],
    [
      'with tags without end',
      { or: [{}, {}, {}, { tagIds: Array.from({ length: 101 }, () => 'tag_none') }] },
      'filter.or.3.tagIds',
    ],
    [
      'with an attribute that is asked twice',
      { attribute: { key: 'a', value: 1, exists: true } },
      'filter.attribute.exists',
    ],
  ])('%s', async (_, filter, field) => {
    const { errors } = await server.graphql(list, { filter })
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID', field } })
  })

  const deep = (levels: number, start: string) => `${start.repeat(levels)}{}${'}'.repeat(levels)}`
  test.each([
    ['in variables', JSON.stringify(list), `{"filter":${deep(300, '{"not":')}}`],
    [
      'in an attribute',
      JSON.stringify(list),
      `{"filter":{"attribute":{"key":"a","value":${deep(300, '{"x":')}}}}`,
    ],
    [
      'in the document',
      JSON.stringify(`{ conversations(filter: ${deep(300, '{not:')}) { totalCount } }`),
      '{}',
    ],
  ])('hundreds deep %s', async (_, query, variables) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
      body: `{"query":${query},"variables":${variables}}`,
    })
    const { errors } = await response.json()
    expect(errors).toHaveLength(1)
    expect(server.faults).toEqual([])
  })
})

test('what cannot be stored is found nowhere, and is no fault of ours', async () => {
  for (const text of ['a\0b', 'a\ud800b', "'; :* & ! ( <-> \\", '𝒳'.repeat(100)]) {
    for (const filter of [
      { text },
      { attribute: { key: text, value: { [text]: text } } },
      { attribute: { key: text } },
    ]) {
      const { data, errors } = await server.graphql(list, { filter })
      if (errors) expect(errors[0]).toMatchObject({ extensions: { code: 'INVALID' } })
      else expect(data.conversations).toEqual({ totalCount: 0, nodes: [] })
    }
  }
})

describe('an id that nothing has, malformed or not,', () => {
  test.each(['inboxId', 'assigneeId', 'teamId', 'endUserId'])(
    'is fulfilled by nothing as %s, its negation by all',
    async (field) => {
      for (const id of ['nonsense', '', 'conv_00000000000000000000000000']) {
        const ids = async (filter: object) =>
          (await server.must(list, { filter })).conversations.nodes.map((node: { id: string }) => node.id)
        expect(await ids({ [field]: id })).toEqual([])
        expect(await ids({ inboxId, not: { [field]: id } })).toEqual([conversationId])
      }
    },
  )
})

test('notes are looked through for those alone who see them', async () => {
  await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "Hippopotamus" }) { __typename ... on Error { reason: message } } }`,
    { id: conversationId },
  )
  const { conversations } = await server.must(list, { filter: { text: 'hippo' } })
  expect(conversations.totalCount).toBe(1)
  // No integration asks for lists yet.
  const fin = {
    kind: 'INTEGRATION',
    integrationId: unknownId,
    agentId: unknownId,
    inboxId: storedId('Inbox', inboxId) ?? '',
    inboxIds: [storedId('Inbox', inboxId) ?? ''],
    seesNotes: false,
    bindsByEmail: false,
  } as const
  const found = async (text: string) => (await countConversations(server.app.db, fin, { text })).rows
  expect([await found('hippo'), await found('hello')]).toEqual([0, 1])
})
