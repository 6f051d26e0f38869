import { setImmediate as immediate } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filledIn, type Values, variables } from '../../src/cannedReply/variables.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let inboxId: string
let teamId: string
let ann: { id: string; token: string }
let ben: { id: string; token: string }
let boss: { id: string; token: string }

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox('Orders')
  ann = await server.agent('Ann Adams', [inboxId])
  ben = await server.agent('Ben', [inboxId])
  boss = await server.agent('Boss', [inboxId], 'SUPERVISOR')
  const { createTeam } = await server.must(
    `mutation ($id: ID!) { createTeam(input: { name: "Returns", agentIds: [$id] }) {
      __typename ... on CreateTeamPayload { team { id } } } }`,
    { id: ann.id },
  )
  teamId = createTeam.team.id
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Data = any

/** What was made or changed, or the error. */
async function call(mutation: string, input: object, { token } = ann): Promise<Data> {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
  const { data, errors } = await server.graphql(
    `mutation ($input: ${name}Input!) { ${mutation}(input: $input) {
      ... on ${name}Payload { cannedReply { id name shortcut body text scope team { name } archivedAt } }
      ... on ValidationError { field } ... on Error { code } } }`,
    { input },
    token,
  )
  expect(errors).toBeUndefined()
  return data[mutation].cannedReply ?? data[mutation]
}

const make = (input: object = {}, by = ann) =>
  call('createCannedReply', { name: 'Thanks', scope: 'PERSONAL', body: 'Thank you!', ...input }, by)

const found = async ({ token }: { token: string }, search?: string): Promise<string[]> => {
  const { cannedReplies } = await server.must(
    'query ($search: String) { cannedReplies(search: $search) { name } }',
    { search },
    token,
  )
  return cannedReplies.map(({ name }: { name: string }) => name)
}

const rendered = async (id: string, conversationId: string, { token } = ann): Promise<string | null> => {
  const { node } = await server.must(
    'query ($id: ID!, $conversationId: ID!) { node(id: $id) { ... on CannedReply { renderedBody(conversationId: $conversationId) } } }',
    { id, conversationId },
    token,
  )
  return node.renderedBody
}

let people = 0

async function conversation(name: string | null, title?: string): Promise<string> {
  const { openConversation } = await server.must(
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
      ... on OpenConversationPayload { conversation { id } } ... on Error { code reason: message } } }`,
    {
      input: {
        inboxId,
        title,
        endUser: name === null ? {} : { name, email: `${++people}.eve@example.org` },
        message: { body: 'Hello' },
      },
    },
  )
  return openConversation.conversation.id
}

test('a canned reply is filled in for who asks, and for the conversation', async () => {
  const { id } = await make({
    body: `<p>Dear {{end_user.first_name | customer}}, this is {{ agent.first_name }} of {{inbox.name}}.</p>
      <p>{{conversation.title|Your question}} ({{conversation.id}}), {{end_user.name}}, {{end_user.email}}, {{agent.name}}</p>`,
  })
  const known = await conversation('Eve Moneypenny', 'A parcel')
  expect(await rendered(id, known)).toBe(
    `<p>Dear Eve, this is Ann of Orders.</p>
      <p>A parcel (${known}), Eve Moneypenny, ${people}.eve@example.org, Ann Adams</p>`,
  )
  const unknown = await conversation(null)
  expect(await rendered(id, unknown)).toContain('Dear customer, this is Ann')
  expect(await rendered(id, unknown)).toContain(`Your question (${unknown}), , , Ann Adams`)
})

test('a conversation that is not in sight fills nothing in', async () => {
  const { id } = await make()
  const elsewhere = await server.conversation(await server.inbox('Elsewhere'))
  expect(await rendered(id, elsewhere)).toBeNull()
  expect(await rendered(id, 'conv_nonsense')).toBeNull()
})

test('a name with tags in it, or what looks like a variable, stays a name', async () => {
  const { id } = await make({ body: '<p>Dear {{end_user.name}}</p>' })
  expect(await rendered(id, await conversation('<b>Eve</b> & "Co" {{agent.name}}'))).toBe(
    '<p>Dear &lt;b&gt;Eve&lt;/b&gt; &amp; "Co" {{agent.name}}</p>',
  )
})

test.each([
  ['a variable that there is not', { body: 'Dear {{customer}}' }, 'body'],
  ['one of an object that has others', { body: 'Dear {{end_user.password}}' }, 'body'],
  ['two fallbacks', { body: 'Dear {{end_user.name | a | b}}' }, 'body'],
  ['a variable without an end', { body: 'Dear {{end_user.name' }, 'body'],
  ['nothing to say', { body: '<p> </p>' }, 'body'],
  ['no name', { name: ' ' }, 'name'],
  ['a shortcut with a space', { shortcut: 'thank you' }, 'shortcut'],
  ['a team without its scope', { teamId: 'team_nonsense', scope: 'TEAM' }, undefined],
  ['no team with its scope', { scope: 'TEAM' }, 'teamId'],
])('%s is refused', async (_, input, field) => {
  const refused = await make(input)
  expect(refused).toEqual(field ? { code: 'INVALID', field } : { code: 'NOT_FOUND' })
  if (field && field !== 'teamId') {
    const { id } = await make()
    expect(await call('updateCannedReply', { cannedReplyId: id, ...input })).toEqual(refused)
  }
})

test('a search finds what stands in the shortcut, the name or the text, the shortcut first', async () => {
  await make({ name: 'C', body: 'We give refunds.' })
  await make({ name: 'B refund', body: 'x' })
  await make({ name: 'A', shortcut: 'refund-later', body: 'x' })
  await make({ name: 'Z', shortcut: 'Refund', body: 'x' })
  expect(await found(ann, 'refund')).toEqual(['Z', 'A', 'B refund', 'C'])
  expect(await found(ann, ' REFUND-')).toEqual(['A'])
  expect(await found(ann, '%')).toEqual([])
})

test('a search finds in whatever case, in any script', async () => {
  await make({ name: 'Öffnungszeiten', body: 'x' })
  await make({ name: 'A', body: 'Unsere ÖFFNUNGSZEITEN' })
  await make({ name: 'Z', shortcut: 'öFFnungszeiten', body: 'x' })
  for (const search of ['Öffnungszeiten', 'öffnungszeiten', 'ÖFFNUNGSZEITEN', 'öFFN'])
    expect([search, await found(ann, search)]).toEqual([search, ['Z', 'A', 'Öffnungszeiten']])
})

describe('whose they are', () => {
  test('one’s own, those of one’s team and shared ones are had, and nobody else’s', async () => {
    await make({ name: 'My own' })
    await make({ name: 'Of the team', scope: 'TEAM', teamId })
    expect(await make({ name: 'Of all', scope: 'SHARED' })).toEqual({ code: 'FORBIDDEN' })
    await make({ name: 'Of all', scope: 'SHARED' }, boss)
    expect(await found(ann)).toEqual(expect.arrayContaining(['My own', 'Of the team', 'Of all']))
    expect(await found(ben)).toEqual(['Of all'])
    expect(await make({ scope: 'TEAM', teamId }, ben)).toEqual({ code: 'FORBIDDEN' })
  })

  test('it is changed, and deleted, for all who have it, by who may', async () => {
    const own = await make({ name: 'Before', shortcut: 'b' })
    const shared = await make({ name: 'Ours', scope: 'SHARED' }, boss)
    for (const mutation of ['updateCannedReply', 'deleteCannedReply']) {
      expect(await call(mutation, { cannedReplyId: own.id }, ben)).toEqual({ code: 'NOT_FOUND' })
      expect(await call(mutation, { cannedReplyId: shared.id }, ben)).toEqual({ code: 'FORBIDDEN' })
    }
    const changed = await call('updateCannedReply', { cannedReplyId: own.id, name: 'After', shortcut: null })
    expect(changed).toEqual({ ...own, name: 'After', shortcut: null })
    const body = '<p>Hello {{end_user.name}}</p>'
    expect((await call('updateCannedReply', { cannedReplyId: own.id, body })).text).toBe(
      'Hello {{end_user.name}}',
    )
    expect((await call('deleteCannedReply', { cannedReplyId: own.id })).archivedAt).not.toBeNull()
    expect(await found(ann)).not.toContain('After')
    expect(await call('updateCannedReply', { cannedReplyId: own.id })).toEqual({ code: 'NOT_FOUND' })
  })
})

test('no value, whatever it is, makes a tag or changes what stands around it', async () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[<>&"'{}|a-z/= ]{0,20}$/))
  const values = fc.record(
    Object.fromEntries(variables.map((name) => [name, fc.option(value)])) as Record<
      string,
      fc.Arbitrary<unknown>
    >,
  ) as fc.Arbitrary<Values>
  const body = `<p>${variables.map((name) => `[{{${name}}}]`).join('')}</p><a href="https://example.org/?q={{end_user.name}}">x</a>`
  await fc.assert(
    fc.asyncProperty(values, async (given) => {
      // Stopped for seconds, the process would send on connections whose time is over.
      await immediate()
      const filled = filledIn(body, given)
      expect(filled.match(/<[^>]*>/g)?.map((tag) => tag.replace(/".*"/s, '""'))).toEqual([
        '<p>',
        '</p>',
        '<a href="">',
        '</a>',
      ])
    }),
    { numRuns: 500 },
  )
})

test('what a page leaves out comes behind its last one', async () => {
  const { id: eveId, token } = await server.agent('Eve', [inboxId])
  const eve = { id: eveId, token }
  for (let count = 0; count < 120; count++) await make({ name: `R ${1_000 + count}` }, eve)
  const page = async (afterId: string | null, search: string | null = null) => {
    const { cannedReplies } = await server.must(
      'query ($afterId: ID, $search: String) { cannedReplies(afterId: $afterId, search: $search) { id name scope } }',
      { afterId, search },
      token,
    )
    return cannedReplies.filter(({ scope }: { scope: string }) => scope === 'PERSONAL')
  }
  const first = await page(null, 'R 1')
  expect(first).toHaveLength(100)
  const rest = await page(first.at(-1).id, 'R 1')
  expect([...first, ...rest].map(({ name }) => name)).toEqual(
    Array.from({ length: 120 }, (_, count) => `R ${1_000 + count}`),
  )
  expect(await page(rest.at(-1).id, 'R 1')).toEqual([])
  expect(await page('canned_nonsense', 'R 1')).toEqual(first)
})
