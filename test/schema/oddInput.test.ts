import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let inboxId: string
let conversationId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
  conversationId = await server.conversation(inboxId)
})
afterAll(() => server.stop())

const texts = ['a\0b', 'a\ud800b', '\udc00', '𝒳'.repeat(5_000), '__proto__', '%00\\u0000', '']

test.each(texts.map((text) => [JSON.stringify(text).slice(0, 20), text]))(
  'the text %s is taken or refused, wherever it stands, and never a fault of ours',
  async (_, text) => {
    const json = { [text]: text, deep: [[{ [text]: [text] }]], constructor: text }
    const calls: [string, object][] = [
      ['createAgent', { name: text, email: `${text}@example.com`, alias: text }],
      ['createInbox', { name: text }],
      ['createTeam', { name: text }],
      ['createApiToken', { name: text }],
      ['signIn', { email: text, password: text }],
      ['createEndUser', { inboxId, endUser: { name: text, email: text, photoUrl: text, attributes: json } }],
      [
        'openConversation',
        {
          inboxId,
          endUser: { name: text, email: text, attributes: json },
          title: text,
          attributes: json,
          message: { body: `<p>${text}` },
        },
      ],
      ['updateConversation', { conversationId, title: text, tags: [text, 'x'], attributes: json }],
      ['replyToConversation', { conversationId, body: `<p>${text}</p>`, idempotencyKey: `k${text}` }],
      [
        'addNote',
        {
          conversationId,
          body: text,
          attachments: [{ url: `https://example.com/${text}`, filename: text, filetype: text }],
        },
      ],
      [
        'createFinIntegration',
        {
          name: text,
          identifier: text,
          region: 'EU',
          webhookKey: text,
          webhookBaseUrl: text,
          signingSecret: text,
        },
      ],
      ['assignConversation', { conversationId: text, agentId: text }],
    ]
    for (const [name, input] of calls) {
      const title = name[0]?.toUpperCase() + name.slice(1)
      const { status, errors, data } = await server.graphql(
        `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename } }`,
        { input },
      )
      expect([status, errors], name).toEqual([200, undefined])
      expect(data[name].__typename, name).toMatch(
        /Payload$|^(Validation|NotFound|Forbidden|RateLimited)Error$/,
      )
    }
    expect(server.faults.splice(0)).toEqual([])
  },
)

test.each([
  ['a number beyond Int', '{ conversations(first: 99999999999) { nodes { id } } }'],
  ['a negative page', '{ conversations(first: -1) { nodes { id } } }'],
  [
    'a cursor with a date beyond time',
    `{ conversations(after: "${cursor('conversations LAST_ACTIVITY true|9e99|x')}") { nodes { id } } }`,
  ],
  [
    'a cursor with a year 200,000',
    `{ conversations(after: "${cursor('conversations LAST_ACTIVITY true|6200000000000000|01890000-0000-7000-8000-000000000000')}") { nodes { id } } }`,
  ],
  [
    'a cursor before all time',
    `{ conversations(after: "${cursor('conversations LAST_ACTIVITY true|-8640000000000000|01890000-0000-7000-8000-000000000000')}") { nodes { id } } }`,
  ],
  ['an event cursor of nothing', '{ events(after: "nonsense") { nodes { type } } }'],
  [
    'a date that is none',
    'mutation { snoozeConversation(input: { conversationId: "x", until: "2026-02-31" }) { __typename } }',
  ],
  [
    'a year beyond PostgreSQL',
    `mutation { createApiToken(input: { name: "x", expiresAt: "+200000-01-01T00:00:00.000Z" }) { __typename } }`,
  ],
])('%s gets an answer, and no fault of ours', async (_, text) => {
  const { status, errors } = await server.graphql(text)
  expect(status).toBeLessThan(500)
  expect(errors?.[0]?.extensions?.code).not.toBe('INTERNAL')
  expect(server.faults.splice(0)).toEqual([])
})

test('JSON nested too deep is refused', async () => {
  const deep = JSON.parse(`${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`)
  const { errors, status } = await server.graphql(
    'mutation ($id: ID!, $json: JSONObject!) { updateConversation(input: { conversationId: $id, attributes: $json }) { __typename } }',
    { id: conversationId, json: deep },
  )
  expect(status).toBeLessThan(500)
  expect(errors?.[0]?.message).toMatch(/nested at most 100 deep/)
  expect(server.faults.splice(0)).toEqual([])
})

describe('a filter nested thousands deep is refused', () => {
  const query = 'query ($filter: ConversationFilter) { conversations(filter: $filter) { nodes { id } } }'
  /** As text: a client that made objects of it would end where the server must not. */
  const variables = (depth: number) => `{"filter":${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}}`
  const literal = (depth: number) => `${'{not:'.repeat(depth)}{}${'}'.repeat(depth)}`
  const headers = () => ({ 'content-type': 'application/json', authorization: `Bearer ${server.token}` })

  async function expectRefused(response: Response) {
    const { errors } = (await response.json()) as { errors: { message: string }[] }
    expect(errors[0]?.message).toMatch(/deep/)
    expect(response.status).toBeLessThan(500)
    expect(server.faults.splice(0)).toEqual([])
  }

  test.each([2_000, 20_000, 90_000])('%i deep, in a body', async (depth) => {
    // Once it is known it goes the short way.
    await server.must(query)
    const body = `{"query":${JSON.stringify(query)},"variables":${variables(depth)}}`
    await expectRefused(await fetch(`${server.url}/graphql`, { method: 'POST', headers: headers(), body }))
  })

  test('in an address', async () => {
    const given = new URLSearchParams({ query, variables: variables(700) })
    await expectRefused(await fetch(`${server.url}/graphql?${given}`, { headers: headers() }))
  })

  test.each([300, 3_000])('%i deep, in a document', async (depth) => {
    const body = JSON.stringify({ query: `{ conversations(filter: ${literal(depth)}) { nodes { id } } }` })
    await expectRefused(await fetch(`${server.url}/graphql`, { method: 'POST', headers: headers(), body }))
  })

  test.each([
    [
      'variables',
      20_000,
      (depth: number) => `{"query":${JSON.stringify(query)},"variables":${variables(depth)}}`,
    ],
    [
      'a document',
      3_000,
      (depth: number) =>
        JSON.stringify({ query: `{ conversations(filter: ${literal(depth)}) { nodes { id } } }` }),
    ],
  ])('over a socket, in %s', async (_, depth, payload) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    const heard: string[] = []
    socket.on('message', (message) => heard.push(String(message)))
    await once(socket, 'open')
    socket.send(
      JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${server.token}` } }),
    )
    await eventually(() => expect(heard).toHaveLength(1))
    socket.send(`{"id":"1","type":"subscribe","payload":${payload(depth)}}`)
    await eventually(() => expect(heard[1]).toMatch(/deep/))
    expect(server.faults.splice(0)).toEqual([])
    socket.close()
  })
})

test('a filter with an empty id finds nothing', async () => {
  const { conversations, events } = await server.must(
    '{ conversations(filter: { inboxId: "" }) { nodes { id } } events(filter: { conversationId: "" }) { nodes { type } } }',
  )
  expect([conversations.nodes, events.nodes]).toEqual([[], []])
})

test('who revokes the token they ask with is told that it is revoked', async () => {
  const { token } = await server.agent('Leaver', [inboxId])
  const { apiTokens } = await server.must('{ apiTokens { id } }', {}, token)
  const { revokeApiToken } = await server.must(
    'mutation ($id: ID!) { revokeApiToken(input: { tokenId: $id }) { __typename ... on RevokeApiTokenPayload { token { revokedAt } } } }',
    { id: apiTokens[0].id },
    token,
  )
  expect(revokeApiToken.token.revokedAt).toMatch(/Z$/)
  expect((await server.graphql('{ viewer { __typename } }', {}, token)).status).toBe(401)
})

function cursor(text: string): string {
  return Buffer.from(text).toString('base64url')
}
