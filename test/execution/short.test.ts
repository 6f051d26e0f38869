import fc from 'fast-check'
import { execute, getOperationAST, parse, validate } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contextFor } from '../../schema/context.js'
import { schema } from '../../schema/schema.js'
import { numberEvents } from '../../src/events/numbering.js'
import { readEvents } from '../../src/events/read.js'
import { compile } from '../../src/execution/compile.js'
import { run } from '../../src/execution/run.js'
import { finDocument } from '../../src/webhooks/listeners/tellFin.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { documents, type Ids } from './documents.js'

let server: TestServer
let ids: Ids

beforeAll(async () => {
  server = await startTestServer()
  const inboxes = [await server.inbox('One'), await server.inbox('Two')]
  const conversations: string[] = []
  for (const inboxId of inboxes) {
    for (let left = 3; left > 0; left--) {
      const id = await server.conversation(inboxId)
      conversations.push(id)
      await server.must(
        `mutation ($id: ID!, $tag: String!, $attributes: JSONObject!) {
          replyToConversation(input: { conversationId: $id, body: "<b>Hello</b>" }) { __typename }
          addNote(input: { conversationId: $id, body: "A note" }) { __typename }
          updateConversation(input: {
            conversationId: $id, title: "Title \\u2028 \\"", tags: ["a", $tag], attributes: $attributes }) { __typename } }`,
        { id, tag: `tag ${left}`, attributes: { plan: 'pro', seats: 1.5e3, 'é "': [null, { deep: true }] } },
      )
    }
  }
  await numberEvents(server.app.db)
  ids = { id: [...conversations, 'conv_none', inboxes[0] as string], inboxId: [...inboxes, 'inbox_none'] }
})
afterAll(() => server.stop())

const context = async () => contextFor(server.app, await server.app.principals(server.token))

test('any document gives by the short way what it gives by the general one', async () => {
  let covered = 0
  await fc.assert(
    fc.asyncProperty(documents(ids), async ({ text, variables }) => {
      const document = parse(text)
      fc.pre(validate(schema, document).length === 0)
      const definition = getOperationAST(document)
      const operation = definition && compile(schema, document, definition)
      if (!operation) return
      const general = await execute({
        schema,
        document,
        variableValues: variables,
        contextValue: await context(),
      })
      const { data } = await run(schema, operation, await context(), variables)
      if (!general.errors) covered++
      // PostgreSQL puts spaces into its JSON.
      expect(data && JSON.stringify(JSON.parse(data))).toBe(
        general.errors ? null : JSON.stringify(general.data),
      )
    }),
    { numRuns: 300 },
  )
  expect(covered).toBeGreaterThan(50)
}, 300_000)

/** Everything that an event shows, and all that a reader may make of it. */
const ofEvents = `subscription { events {
  __typename cursor type occurredAt revision origin { api integrationId }
  actor { ... on Agent { id name } ... on FinIntegration { id } }
  conversation { id status title tags { name } endUser { id name } assignee { name } }
  ... on MessageAdded { message { id seq text } }
  ... on AssignmentChanged { from { name } to { name } }
  ... on StatusChanged { from to } } }`

test.each([ofEvents, finDocument(true), finDocument(false)])(
  'what is made of an event is the same: %s',
  async (text) => {
    const document = parse(text)
    const definition = getOperationAST(document)
    const operation = definition && compile(schema, document, definition)
    if (!operation) throw new Error('It is not covered.')
    const events = await readEvents(server.app.db, 0, 100)
    expect(events.length).toBeGreaterThan(5)
    for (const event of events) {
      const rest = { schema, document, rootValue: event }
      const general = await execute({ ...rest, contextValue: await context() })
      const { data } = await run(schema, operation, await context(), {}, event)
      expect(general.errors).toBeUndefined()
      expect(data).toBe(JSON.stringify(general.data))
    }
  },
)
