import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OverloadedError } from '../../src/errors.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let inboxId: string
let conversationId: string

const origin = 'https://desk.example.com'

beforeAll(async () => {
  server = await startTestServer({ corsOrigins: [origin] })
  inboxId = await server.inbox()
  conversationId = await server.conversation(inboxId)
})
afterAll(() => server.stop())

async function ask(
  query: string,
  variables: object,
  headers: Record<string, string> = {},
  token: string | null = server.token,
) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  })
  const { date: _, ratelimit: __, ...told } = Object.fromEntries(response.headers)
  return { status: response.status, headers: told, body: await response.text() }
}

const list = `query ($inboxId: ID!) { conversations(filter: { inboxId: $inboxId }) {
  nodes { id title endUser { name } messages { nodes { body author { ... on EndUser { name } } } } } } }`

/** The statement that a list is read with when no more is read of it than is asked for. */
const narrow = /^conversation\.list\..*\.\d+$/

/** Whether the list was read in that way, which the general way does not. */
async function isShort(work: () => Promise<unknown>): Promise<boolean> {
  const { db } = server.app
  const { query } = db
  let found = false
  db.query = (statement, values) => {
    found ||= narrow.test(statement.name)
    return query(statement, values)
  }
  await work().finally(() => {
    db.query = query
  })
  return found
}

describe('a document that was answered before is answered the short way, in the same words', () => {
  test.each([
    ['without a word about what is accepted', {}],
    ['as JSON', { accept: 'application/json' }],
    ['as a GraphQL response', { accept: 'application/graphql-response+json' }],
    ['for a page of another origin', { origin }],
  ])('%s', async (name, headers) => {
    const query = `# ${name}\n${list}`
    const answers: object[] = []
    const again = async () => answers.push(await ask(query, { inboxId }, headers))
    expect(await isShort(again)).toBe(false)
    expect(await isShort(again)).toBe(true)
    expect(answers[0]).toMatchObject({ status: 200 })
    expect(answers[1]).toEqual(answers[0])
  })

  test('with the rights of whoever asks', async () => {
    const { token } = await server.agent('Outsider', [])
    const ways = [
      await ask(list, { inboxId }),
      await ask(list, { inboxId }),
      await ask(list, { inboxId }, {}, token),
    ]
    expect(ways[1]?.body).toBe(ways[0]?.body)
    expect(JSON.parse(ways[2]?.body ?? '')).toEqual({ data: { conversations: { nodes: [] } } })
    expect((await ask(list, { inboxId }, {}, null)).body).toBe(ways[2]?.body)
  })
})

test.each([
  ['a variable of the wrong type', { first: 'many' }],
  ['a page that is too large', { first: 1_000 }],
  ['a variable that is missing', {}],
])('%s gives the same error by either way', async (_, variables) => {
  const query = 'query ($first: Int!) { conversations(first: $first) { nodes { id } } }'
  await ask(query, { first: 1 })
  const short = await ask(query, variables)
  const general = await ask(`${query} # never seen before: ${JSON.stringify(variables)}`, variables)
  expect(JSON.parse(short.body).errors).toHaveLength(1)
  expect(short).toEqual(general)
})

test('what cannot be read is not asked for twice', async () => {
  await ask(list, { inboxId })
  const { db } = server.app
  const { query } = db
  const tried: string[] = []
  db.query = (statement, values) => {
    if (!statement.name.startsWith('conversation.list')) return query(statement, values)
    tried.push(statement.name)
    throw new OverloadedError()
  }
  const { body } = await ask(list, { inboxId }).finally(() => {
    db.query = query
  })
  expect(JSON.parse(body).errors).toMatchObject([{ extensions: { code: 'OVERLOADED' } }])
  expect(tried).toHaveLength(1)
})

test('a mutation whose result cannot be shown is not run again, and says what went wrong', async () => {
  const query = `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "Once" }) {
    ... on AddNotePayload { message { seq conversation { id } } } } }`
  const noted = async () => JSON.parse((await ask(query, { id: conversationId })).body)
  expect(await noted()).toMatchObject({ data: { addNote: { message: { seq: 2 } } } })
  expect(await noted()).toMatchObject({ data: { addNote: { message: { seq: 3 } } } })

  const { db } = server.app
  const { query: run } = db
  db.query = (statement, values) => {
    if (!statement.name.startsWith('conversation.byIds')) return run(statement, values)
    throw new Error('Out of order.')
  }
  const { data, errors } = await noted().finally(() => {
    db.query = run
  })
  expect(data).toBeNull()
  expect(errors).toMatchObject([{ path: ['addNote', 'message', 'conversation'] }])
  expect(await noted()).toMatchObject({ data: { addNote: { message: { seq: 5 } } } })
})
