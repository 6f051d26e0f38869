import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../schema/schema.js'
import { png, reply, upload } from '../file/upload.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

// Two inboxes: what is in the first must be nothing to an agent of the second, and to nobody.
let server: TestServer
let outsider: string
let secondInbox: string
let secrets: Record<string, string>

beforeAll(async () => {
  server = await startTestServer()
  const inboxId = await server.inbox('First')
  const fin = await server.createFin({ inboxId })
  const insider = await server.agent('Insider', [inboxId])
  const conversationId = await server.conversation(inboxId, '<p>the secret</p>')
  const { updateConversation } = await server.must(
    `mutation ($id: ID!) { updateConversation(input: { conversationId: $id, tags: ["hidden"], title: "secret title" }) {
      __typename ... on UpdateConversationPayload { conversation { tags { id } endUser { id } messages { nodes { id } } } } } }`,
    { id: conversationId },
  )
  const { createTeam } = await server.must(
    `mutation ($id: ID!) { createTeam(input: { name: "Secret team", agentIds: [$id] }) { __typename ... on CreateTeamPayload { team { id } } } }`,
    { id: insider.id },
  )
  const { createView } = await server.must(
    `mutation ($inboxId: ID) { createView(input: { name: "Secret view", scope: PERSONAL, filter: { inboxId: $inboxId } }) {
      __typename ... on CreateViewPayload { view { id } } } }`,
    { inboxId },
  )
  const { apiTokens } = await server.must('{ apiTokens { id } }', {}, insider.token)
  const { conversation } = updateConversation
  const file = await upload(server, { content: png, contentType: 'image/png', filename: 'the secret.png' })
  await reply(server, conversationId, [{ fileId: file.id }], { note: true })
  const delivery = await eventually(async () => {
    const { deliveries } = await server.must('{ deliveries(first: 1) { nodes { id } } }')
    expect(deliveries.nodes).toHaveLength(1)
    return deliveries.nodes[0]
  })
  const { holdReply } = await server.must(
    `mutation ($id: ID!) { holdReply(input: { conversationId: $id, body: "Secret draft", seconds: 60 }) {
      __typename ... on HoldReplyPayload { heldReply { id } } } }`,
    { id: conversationId },
  )
  const { undoReply } = await server.must(
    `mutation ($id: ID!) { undoReply(input: { heldReplyId: $id }) {
      __typename ... on UndoReplyPayload { conversation { drafts { id } } } } }`,
    { id: holdReply.heldReply.id },
  )
  secrets = {
    Agent: insider.id,
    Conversation: conversationId,
    Delivery: delivery.id,
    Draft: undoReply.conversation.drafts[0].id,
    EndUser: conversation.endUser.id,
    FinIntegration: fin.integrationId,
    HeldReply: holdReply.heldReply.id,
    Inbox: inboxId,
    Message: conversation.messages.nodes[0].id,
    Tag: conversation.tags[0].id,
    Team: createTeam.team.id,
    Token: apiTokens[0].id,
    UploadedFile: file.id,
    View: createView.view.id,
  }
  secondInbox = await server.inbox('Second')
  outsider = (await server.agent('Outsider', [secondInbox])).token
})
afterAll(() => server.stop())

const askers = [
  ['an outsider', () => outsider],
  ['nobody', () => null],
] as const

describe.each(askers)('%s', (_, token) => {
  test('finds none of the first inbox’s things by node(id)', async () => {
    for (const [type, id] of Object.entries(secrets)) {
      const own = await server.must(`query ($id: ID!) { node(id: $id) { __typename id } }`, { id })
      expect(own.node, `the admin sees the ${type}`).toEqual({ __typename: type, id })
      const { data } = await server.graphql(`query ($id: ID!) { node(id: $id) { id } }`, { id }, token())
      expect(data.node, type).toBeNull()
    }
  })

  test('finds none of them in any field of Query', async () => {
    const fields = Object.values((schema.getQueryType() as GraphQLObjectType).getFields())
    expect(fields.length).toBeGreaterThan(8)
    for (const field of fields) {
      const { data, errors } = await server.graphql(...document('query', field, 2), token())
      expect(errors, field.name).toBeUndefined()
      expectNoSecret(field.name, data)
    }
  })

  test('changes and learns nothing by any mutation that names them', async () => {
    const before = await state()
    const fields = Object.values((schema.getMutationType() as GraphQLObjectType).getFields())
    for (const field of fields.filter((field) => !['signIn', 'signOut'].includes(field.name))) {
      const { data, errors } = await server.graphql(...document('mutation', field, 1), token())
      expect(errors, field.name).toBeUndefined()
      const result = data?.[field.name]
      if (result && !result.__typename.endsWith('Error')) expect(ownThings, field.name).toContain(field.name)
      expectNoSecret(field.name, data)
    }
    expect(await state()).toEqual(before)
  })

  test('hears nothing of them by any subscription', async () => {
    const fields = Object.values((schema.getSubscriptionType() as GraphQLObjectType).getFields())
    expect(fields.length).toBeGreaterThan(4)
    const client = connect(server.url, token())
    const start = Buffer.from(`${server.app.log}.0`).toString('base64url')
    const streams = fields.map((field) => ({
      field,
      ...listen(client, ...document('subscription', field, 2, { after: start, snapshot: true })),
    }))
    await server.must(
      `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "psst" }) { __typename } }`,
      { id: secrets.Conversation },
    )
    // What they may hear comes after all of that.
    const own = await server.conversation(secondInbox)
    for (const { field, next } of streams) {
      if (!token()) await expect(next(), field.name).rejects.toThrow('UNAUTHENTICATED')
      else if (forAdmins.includes(field.name)) await expect(next(), field.name).rejects.toThrow('FORBIDDEN')
      else if (field.args.some((arg) => isNonNullType(arg.type)))
        await expect(next(), field.name).rejects.toThrow('NOT_FOUND')
      else {
        const expected = field.args.some((arg) => arg.name === 'after') ? own : secondInbox
        let heard = ''
        while (!heard.includes(expected)) {
          const data = await next()
          expectNoSecret(field.name, data)
          heard = JSON.stringify(data)
        }
      }
    }
    await client.dispose()
  })
})

test('a token of Fin opens no GraphQL', async () => {
  const inboxId = await server.inbox('Third')
  const staticToken = 'a fixed token of more than 32 characters'.replaceAll(' ', '-')
  await server.createFin({ inboxId, staticToken })
  expect((await server.graphql('{ viewer { permissions } }', {}, staticToken)).status).toBe(401)
})

test('a READ token changes nothing, an agent administers nothing', async () => {
  const { createApiToken } = await server.must(
    `mutation { createApiToken(input: { name: "reader", scopes: [READ] }) { __typename ... on CreateApiTokenPayload { secret } } }`,
  )
  const note = `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "x" }) { __typename ... on Error { code } } }`
  const { data } = await server.graphql(note, { id: secrets.Conversation }, createApiToken.secret)
  expect(data.addNote).toEqual({ __typename: 'ForbiddenError', code: 'FORBIDDEN' })
  const inbox = `mutation { createInbox(input: { name: "x" }) { __typename ... on Error { code } } }`
  expect((await server.graphql(inbox, {}, outsider)).data.createInbox.__typename).toBe('ForbiddenError')
  expect((await server.graphql(inbox, {}, null)).data.createInbox).toEqual({
    __typename: 'ForbiddenError',
    code: 'UNAUTHENTICATED',
  })
})

/** Subscriptions that are nothing to agents. */
const forAdmins = ['deliveryUpdated', 'noticeAdded']

/** What an outsider may do for themself, whatever they name. */
const ownThings = ['createApiToken', 'createView']

const secretIds = () => Object.values(secrets)

function expectNoSecret(field: string, data: unknown) {
  const text = JSON.stringify(data ?? null)
  for (const id of secretIds()) expect(text, field).not.toContain(id)
  expect(text, field).not.toMatch(/secret title|the secret|hidden|Secret team|Secret view|Secret draft/)
}

async function state() {
  const { rows } = await server.app.db.pool.query(
    `select (select json_agg(c order by id) from conversation c) as conversations, (select count(*) from message) as messages,
            (select count(*) from event) as events,
            (select json_agg(d) from draft d) as drafts, (select json_agg(h) from held_reply h) as held, (select json_agg(f order by id) from fin_integration f) as integrations,
            (select json_agg(e order by id) from end_user e) as "endUsers", (select count(*) from inbox_member) as members,
            (select count(*) from agent) as agents, (select count(*) from inbox) as inboxes, (select count(*) from team) as teams,
            (select count(*) from token where revoked_at is not null) as revoked`,
  )
  return rows[0]
}

/** A request for a field with all its arguments, which name the secret things, and all it can show down to a depth. */
function document(
  kind: string,
  field: GraphQLField<unknown, unknown>,
  depth: number,
  given: Record<string, unknown> = {},
): [string, Record<string, unknown>] {
  const named = field.args.filter((arg) => isNonNullType(arg.type) || arg.name === 'id' || arg.name in given)
  const declared = named.map((arg) => `$${arg.name}: ${arg.type}`).join(', ')
  const passed = named.map((arg) => `${arg.name}: $${arg.name}`).join(', ')
  const selection = select(getNamedType(field.type).name, depth)
  const text = `${kind} ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selection} }`
  const values = named.map((arg) => [arg.name, given[arg.name] ?? valueFor(arg.name, arg.type)])
  return [text, Object.fromEntries(values)]
}

function select(name: string, depth: number): string {
  const type = schema.getType(name)
  if (isScalarType(type) || isEnumType(type)) return ''
  if (!isObjectType(type)) {
    const members = schema.getPossibleTypes(type as never).filter((member) => !member.name.endsWith('Error'))
    return `{ __typename ${members.map((member) => `... on ${member.name} ${fieldsOf(member, depth, members)}`).join(' ')} }`
  }
  return fieldsOf(type, depth, [type])
}

/** Aliases keep fields apart that members of a union call the same and that are of two types. */
function fieldsOf(type: GraphQLObjectType, depth: number, members: readonly GraphQLObjectType[]): string {
  const typesOf = (name: string) =>
    new Set(members.flatMap((member) => member.getFields()[name]?.type.toString() ?? []))
  const fields = Object.values(type.getFields()).filter((field) => {
    const inner = getNamedType(field.type)
    const leaf = isScalarType(inner) || isEnumType(inner)
    return field.args.every((arg) => !isNonNullType(arg.type)) && (depth > 0 || leaf)
  })
  const inner = fields.map((field) => {
    const selection = select(getNamedType(field.type).name, depth - 1)
    const alias = typesOf(field.name).size > 1 ? `${type.name}_${field.name}: ` : ''
    return `${alias}${field.name} ${selection}`
  })
  return `{ __typename ${inner.join(' ')} }`
}

function valueFor(name: string, type: unknown): unknown {
  const inner = getNamedType(type as never) as unknown as { name: string }
  if (isInputObjectType(inner)) {
    return Object.fromEntries(
      Object.values(inner.getFields())
        .filter((field) => isNonNullType(field.type) || /Ids?$/.test(field.name))
        .filter((field) => !(inner.name === 'OpenConversationInput' && field.name === 'endUserId'))
        .map((field) => [field.name, valueFor(field.name, field.type)]),
    )
  }
  if (isEnumType(inner)) return inner.getValues()[0]?.name
  if (inner.name === 'Boolean') return true
  if (inner.name === 'Int') return 1
  if (inner.name === 'DateTime') return '2099-01-01T00:00:00.000Z'
  if (inner.name === 'JSONObject') return {}
  if (inner.name === 'ID') {
    const type =
      name === 'id'
        ? 'Conversation'
        : Object.keys(secrets).find((key) =>
            name.toLowerCase().startsWith(key[0]?.toLowerCase() + key.slice(1).toLowerCase()),
          )
    const id = secrets[name.startsWith('integration') ? 'FinIntegration' : (type ?? 'Conversation')]
    return name.endsWith('Ids') ? [id] : id
  }
  return 'text'
}
