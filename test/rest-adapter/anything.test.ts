import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'
import { expectProblem, expectSuccess, type VariantName } from './contracts.js'
import { type FinClient, fetchToken, finClient, type OperationName } from './finClient.js'

let server: TestServer
let clients: Record<VariantName, FinClient>
let known: string[]

beforeAll(async () => {
  server = await startTestServer()
  const fin = await server.createFin()
  const token = await fetchToken(server, fin)
  clients = { rest: finClient(server, token, 'rest'), posts: finClient(server, token, 'posts') }
  const { conversation, message } = await clients.posts.open()
  known = [conversation.id, conversation.user.id, message.id, fin.agentId]
})
afterAll(() => server.stop())

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('open', 'private', 'agent', '2024-04-12T13:20:05Z', '+275760-09-13', '9'.repeat(3_000)),
  fc.constantFrom('https://x.example/', 'https://x|y/%zz?{}', 'http://x', '<p>Hi</p>', 'a@b', '__proto__'),
  fc.nat(3).map((index) => known[index]),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.jsonValue({ maxDepth: 2, noUnicodeString: false }),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(
        names(),
        text.filter((key) => key !== undefined),
      ),
      tie('tree'),
      { maxKeys: 6 },
    ),
  ),
}))

function names() {
  return fc.constantFrom(
    ...['id', 'name', 'email', 'photo_url', 'url', 'filename', 'user_type', 'author', 'body', 'attachments'],
    ...['object_id', 'created_at', 'visibility', 'attributes', 'toString', 'constructor'],
  )
}

const field = fc.oneof({ weight: 2, arbitrary: text }, tree)
const some = (...names: string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, field])), { requiredKeys: [] })

const address = fc.constantFrom('https://x.example/', 'https://x|y/%zz?{}', 'HTTPS://ü.example:443/ä b')
const attachments = fc.array(fc.record({ url: address, filetype: field, filename: field }), { maxLength: 2 })
const message = fc.record(
  {
    body: text,
    author: fc.oneof(field, some('id', 'user_type', 'name', 'email')),
    visibility: field,
    created_at: field,
    object_id: field,
    attachments: fc.oneof({ weight: 4, arbitrary: attachments }, field),
  },
  { requiredKeys: ['body', 'attachments'] },
)
const user = fc.oneof(field, some('id', 'name', 'email', 'photo_url', 'attributes'))
const conversation = fc.record(
  { title: field, user_id: field, user, object_id: field, attributes: field },
  { requiredKeys: [] },
)
const sync = some('title', 'tags', 'attributes', 'status', 'assignee_id', 'last_user_read_at')

/** What is sent to each operation; half of it to something that exists. */
const parameters = {
  updateUser: some('user_id', 'attributes'),
  createUser: some('name', 'email', 'object_id', 'attributes'),
  updateConversation: fc.tuple(sync, user, field).map(([given, user, conversation_id]) => {
    return { ...given, user, conversation_id }
  }),
  createConversation: fc
    .tuple(conversation, fc.oneof({ weight: 4, arbitrary: message }, field))
    .map(([given, initial_message]) => ({ ...given, initial_message })),
  createMessage: message,
} satisfies Partial<Record<OperationName, fc.Arbitrary<object>>>

const call = fc.constantFrom(...(Object.keys(parameters) as (keyof typeof parameters)[])).chain((operation) =>
  fc.record({
    operation: fc.constant(operation),
    variant: fc.constantFrom<VariantName>('rest', 'posts'),
    parameters: parameters[operation] as fc.Arbitrary<object>,
    aimed: fc.boolean(),
  }),
)

test('whatever is sent, the answer is in the contract and nothing unexpected happens', async () => {
  await fc.assert(
    fc.asyncProperty(call, async ({ operation, variant, parameters, aimed }) => {
      const target =
        aimed && operation !== 'createUser' ? { conversation_id: known[0], user_id: known[1] } : {}
      const response = await clients[variant].raw(operation, { ...parameters, ...target })
      if (response.ok) expectSuccess(variant, operation, response.status, await response.json())
      else await expectProblem(variant, response, response.status === 404 ? 404 : 400)
      expect(server.faults.splice(0)).toEqual([])
    }),
    { numRuns: 600 },
  )
}, 300_000)
