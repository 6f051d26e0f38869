import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { startReceiver } from './receiver.js'
import { createWebhook, messages, say } from './webhookSetup.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const create = async (input: object, token?: string | null) =>
  (
    await server.graphql(
      `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
        __typename ... on ValidationError { field reason: message } ... on Error { code } } }`,
      { input: { url: 'https://example.com', subscription: messages, ...input } },
      token,
    )
  ).data.createWebhook

test.each([
  ['no GraphQL', 'events', /Syntax Error/],
  ['no subscription', '{ webhooks { id } }', /a subscription/],
  ['two operations', `${messages} query Q { schemaVersion }`, /one operation/],
  ['an unknown field', 'subscription { events { nonsense } }', /Cannot query field "nonsense"/],
  ['another subscription', 'subscription { liveMetrics { at } }', /to `events`/],
  ['a place of its own', 'subscription { events(after: "x") { type } }', /Leave `after` out/],
  [
    'somebody’s draft',
    'subscription { events { conversation { drafts { id } } } }',
    /Leave `drafts` out: it is shown to one person alone/,
  ],
  [
    'what somebody holds back',
    'subscription { events { conversation { heldReplies { id ...Said } } } } fragment Said on HeldReply { body }',
    /Leave `body` out/,
  ],
  ['nothing in it', 'subscription { events @skip(if: true) { type } }', /Leave directives off/],
  ['too deep', `subscription { events { conversation { ${deep(6)} } } }`, /depth/i],
  ['too long', `subscription { events { ${'type '.repeat(20_000)} } }`, /at most 50000/],
])('a document with %s is refused when it is given', async (_, subscription, reason) => {
  expect(await create({ subscription })).toMatchObject({
    __typename: 'ValidationError',
    field: 'subscription',
    reason: expect.stringMatching(reason),
  })
})

function deep(levels: number): string {
  return `${'messages { nodes { conversation { '.repeat(levels)} id ${' } } }'.repeat(levels)}`
}

test.each([
  ['variables', { variables: { types: ['NONSENSE'] } }, 'subscription'],
  ['an address', { url: 'ftp://example.com' }, 'url'],
  ['a password in the address', { url: 'https://me:secret@example.com' }, 'url'],
  ['a short secret', { secret: 'whsec_c2hvcnQ=' }, 'secret'],
  ['a secret without its prefix', { secret: Buffer.alloc(32, 1).toString('base64') }, 'secret'],
])('%s that cannot be: refused', async (_, input, field) => {
  expect(await create(input)).toMatchObject({ __typename: 'ValidationError', field })
})

test('only admins have webhooks, and see them', async () => {
  const agent = await server.agent('Maria', [inboxId])
  expect(await create({}, agent.token)).toEqual({ __typename: 'ForbiddenError', code: 'FORBIDDEN' })
  const { id } = await createWebhook(server, { url: 'https://example.com' })
  const seen = '{ webhooks { id } }'
  expect((await server.must(seen)).webhooks).toContainEqual({ id })
  expect((await server.must(seen, {}, agent.token)).webhooks).toEqual([])
  const node = 'query ($id: ID!) { node(id: $id) { id } }'
  expect(await server.must(node, { id }, agent.token)).toEqual({ node: null })
})

test('when its owner is an admin no more it stops, says so, and goes on from there with the rights of who resumes it', async () => {
  const receiver = await startReceiver()
  const owner = await server.agent('Olga', [inboxId])
  const { prisma } = server.app.db
  const setRole = (role: 'ADMIN' | 'AGENT') =>
    prisma.agent.update({ where: { id: storedId('Agent', owner.id) ?? '' }, data: { role } })
  await setRole('ADMIN')
  const admin = await server.must(
    `mutation ($id: ID!) { createApiToken(input: { name: "admin", agentId: $id, scopes: [READ, WRITE, ADMIN] }) {
      __typename ... on CreateApiTokenPayload { secret } } }`,
    { id: owner.id },
  )
  const webhook = await createWebhook(server, receiver, {
    token: admin.createApiToken.secret,
    subscription:
      'subscription { events(filter: { types: [MESSAGE_ADDED] }) { ... on MessageAdded { message { text } } } }',
    variables: {},
  })
  expect((await webhook.shown()).owner).toEqual({ name: 'Olga' })
  const id = await server.conversation(inboxId, 'one')
  await receiver.arrival(1)

  await setRole('AGENT')
  await eventually(async () => expect((await webhook.shown()).fault).toMatch(/one no longer/))
  await say(server, id, 'two')
  expect(await webhook.notices()).toMatchObject([{ kind: 'WEBHOOK_STOPPED' }])
  expect(receiver.received).toHaveLength(1)

  await webhook.act('resumeWebhook')
  expect((await receiver.arrival(2)).body.data.events.message.text).toBe('two')
  expect(await webhook.shown()).toMatchObject({ fault: null, owner: { name: 'Admin' } })
})

test('an owner who is no admin for a moment while it begins is no fault', async () => {
  const receiver = await startReceiver()
  // What nobody waits for asks by itself.
  const { db, background } = server.app
  const { query } = background
  const others = (await db.prisma.webhook.findMany()).map(({ id }) => id)
  let looks = 0
  background.query = async (statement, values) => {
    const isLook = statement.name === 'webhook.owner' && !others.includes(String(values[0]))
    return isLook && ++looks === 2 ? [] : query(statement, values)
  }
  await createWebhook(server, receiver)
  const id = await server.conversation(inboxId, 'one')
  await eventually(async () => expect(looks).toBeGreaterThan(2))
  background.query = query
  await say(server, id, 'two')
  await eventually(async () =>
    expect(JSON.stringify(receiver.received.map(({ body }) => body))).toContain('two'),
  )
  expect(server.faults).toEqual([])
})

test('a document that this release does not take stops it when the release starts, and keeps its place', async () => {
  const receiver = await startReceiver()
  const webhook = await createWebhook(server, receiver)
  const { prisma } = server.app.db
  await prisma.webhook.update({
    where: { id: webhook.webhookId },
    data: { subscription: 'subscription { events { gone } }', revision: { increment: 1 } },
  })
  await eventually(async () => expect((await webhook.shown()).fault).toMatch(/does not take.*"gone"/))
  expect(await webhook.notices()).toMatchObject([{ kind: 'WEBHOOK_STOPPED' }])
  await server.conversation(inboxId, 'kept')
  await webhook.act('updateWebhook', { subscription: messages })
  await webhook.act('resumeWebhook')
  expect((await receiver.arrival(1)).body.data.events.message.text).toBe('kept')
})
