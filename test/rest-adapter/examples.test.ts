import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { contractFiles, type VariantName, variants } from './contracts.js'
import { type FinClient, fetchToken, finClient, type OperationName, objectId, routes } from './finClient.js'

// What the contracts show is what happens: each example of a request is sent, and answered as its examples say.
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

// biome-ignore lint/suspicious/noExplicitAny: the contracts' own structure, which .ci/openapi.mjs checks
type Json = any

interface Example {
  operation: OperationName
  name: string
  parameters: Json
  /** Bodies that the contract shows for success. */
  answers: Json[]
}

function examplesOf(variant: VariantName): Example[] {
  const contract = load(readFileSync(contractFiles[variant], 'utf8')) as Json
  const at = (pointer: string) =>
    pointer
      .slice(2)
      .split('/')
      .reduce((node: Json, key) => node[key], contract)
  const resolved = (node: Json): Json => (node?.$ref ? at(node.$ref) : node)
  const valuesOf = (holder: Json): [string, Json][] =>
    Object.entries(holder?.examples ?? {}).map(([name, example]) => [name, resolved(example).value])

  return (Object.keys(routes) as OperationName[]).flatMap((operation) => {
    const [method, path, post] = routes[operation]
    const item = contract.paths[variant === 'posts' ? post : path]
    const {
      parameters = [],
      requestBody,
      responses,
    } = item[variant === 'posts' ? 'post' : method.toLowerCase()]
    const bodies = valuesOf(resolved(requestBody)?.content['application/json'])
    const query = parameters
      .map((parameter: Json) => resolved(parameter))
      .filter((one: Json) => one.in === 'query')
    const asked = Object.fromEntries(
      query.map((one: Json) => [one.name, one.example ?? valuesOf(one)[0]?.[1]]),
    )
    const success = resolved(responses[operation.startsWith('create') ? 201 : 200])
    const answers = valuesOf(success.content['application/json']).map(([, value]) => value)
    const requests: [string, Json][] = requestBody ? bodies : [['the parameters', asked]]
    return requests.map(([name, given]) => ({ operation, name, parameters: given, answers }))
  })
}

/** The same with objects that exist here, for those that exist in the example. */
function here<Value>(value: Value, ids: Record<string, string>): Value {
  const text = JSON.stringify(value).replace(
    /\b(user|conv|msg|agent)_[0-9a-z]{26}\b/g,
    (id, kind) => ids[kind] ?? id,
  )
  return JSON.parse(text)
}

/** Which fields there are; what is free or may be missing is not looked at. */
function expectSameFields(actual: Json, shown: Json) {
  if (actual === null || shown === null || typeof shown !== 'object') return
  if (Array.isArray(shown)) {
    expect(Array.isArray(actual)).toBe(true)
    if (actual.length > 0 && shown.length > 0) expectSameFields(actual[0], shown[0])
    return
  }
  expect(Object.keys(actual).sort()).toEqual(Object.keys(shown).sort())
  for (const [key, value] of Object.entries(shown)) {
    // An end-user and an agent have other fields, and either may have written.
    if (!['attributes', 'attachments', 'author'].includes(key)) expectSameFields(actual[key], value)
  }
}

describe.each(variants)('%s', (variant) => {
  const examples = examplesOf(variant)
  let fin: TestFin
  let token: string
  let client: FinClient
  let ids: Record<string, string>

  beforeAll(async () => {
    fin = await server.createFin()
    token = await fetchToken(server, fin)
    client = finClient(server, token, variant)
    const { conversation, message } = await client.open()
    ids = { user: conversation.user.id, conv: conversation.id, msg: message.id, agent: fin.agentId }
  })

  test('every operation has an example of its request, unless it takes nothing, and of its answer', () => {
    for (const operation of Object.keys(routes)) {
      const own = examples.filter((example) => example.operation === operation)
      expect(own.length, operation).toBeGreaterThan(0)
      expect(own[0]?.answers.length, operation).toBeGreaterThan(0)
    }
  })

  test.each(examples)('$operation: $name', async ({ operation, parameters, answers }) => {
    const response = await client.raw(operation, here(parameters, ids))
    const body = await response.json()
    expect(response.status, JSON.stringify(body)).toBe(operation.startsWith('create') ? 201 : 200)
    for (const answer of answers) expectSameFields(body, answer)
  })

  test("the values of the vendor's pages, from the first contact to the end", async () => {
    const attributes = { plan_type: 'enterprise', signup_date: '2024-01-15', is_premium: true }
    const user = await client.call('createUser', {
      name: 'Jane Doe',
      email: 'jane.doe@example.com',
      object_id: '123456',
      attributes,
    })
    expect(user).toMatchObject({
      user_type: 'end_user',
      name: 'Jane Doe',
      email: 'jane.doe@example.com',
      attributes,
    })

    const { conversation, message } = await client.call('createConversation', {
      title: 'Question about pricing',
      object_id: objectId(),
      attributes: { issue_type: 'Billing', priority: 'High' },
      // One page writes `type` and a hyphen.
      ...(variant === 'posts' ? { user: { id: user.id, type: 'end-user' } } : { user_id: user.id }),
      initial_message: {
        conversation_id: 'conv_456',
        message_type: 'comment',
        body: '<p>What does the team plan cost?</p>',
        author: { id: user.id, user_type: 'end_user', name: 'Jane Doe', email: 'jane.doe@example.com' },
        visibility: 'public',
        created_at: '2025-10-27T14:35:00.000Z',
        attachments: [
          { url: 'https://example.com/pricing.pdf', filetype: 'pdf', filename: 'Pricing Guide 2025' },
        ],
      },
    })
    expect(conversation).toMatchObject({ status: 'open', user, title: 'Question about pricing' })
    expect(conversation.attributes).toEqual({ issue_type: 'Billing', priority: 'High' })
    expect(message).toMatchObject({
      created_at: '2025-10-27T14:35:00.000Z',
      attachments: [
        { url: 'https://example.com/pricing.pdf', filetype: 'pdf', filename: 'Pricing Guide 2025' },
      ],
    })

    const conversation_id = conversation.id
    const answer = await client.call('createMessage', {
      conversation_id,
      body: '<p>See <a href="https://example.com/pricing">our prices</a>.</p>',
      author: { id: fin.agentId, user_type: 'agent' },
      object_id: objectId(),
    })
    expect(answer.author).toMatchObject({ id: fin.agentId, user_type: 'agent' })
    const ended = await client.call('updateConversation', {
      conversation_id,
      title: 'Pricing inquiry - resolved',
      tags: ['pricing', 'sales'],
      status: 'resolved',
      assignee_id: fin.agentId,
      last_user_read_at: '2025-10-27T14:40:00.000Z',
    })
    expect(ended).toMatchObject({
      title: 'Pricing inquiry - resolved',
      tags: ['pricing', 'sales'],
      status: 'resolved',
      assignee: { id: fin.agentId },
    })
    expect(await client.call('getMessages', { conversation_id })).toEqual([message, answer])
  })
})
