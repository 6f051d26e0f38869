import { type DocumentNode, execute, parse } from 'graphql'
import { contextFor } from '../../../schema/context.js'
import { schema } from '../../../schema/schema.js'
import type { IntegrationActor, TokenScope } from '../../../src/actor.js'
import { storedId } from '../../../src/ids.js'
import { recordNotice } from '../../../src/notice/record.js'
import { secretHash } from '../../../src/token/mint.js'
import { eventually } from '../../support/eventually.js'
import type { TestServer } from '../../support/server.js'
import { newSession, type World } from '../idempotency/things.js'
import type { Column } from './table.js'

/** Somebody who asks, with whatever their role and token give them. */
export interface Caller {
  column: Column
  /** The widest of the token's scopes; null: they have no token of this kind. */
  scope: TokenScope | null
  /** Null for nobody, and for Fin, whose token opens no GraphQL. */
  token: string | null
  ask(document: string, variables: object): Promise<Answer>
}

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
export type Answer = { status?: number; data?: Record<string, any> | null; errors?: readonly unknown[] }

/** An inbox with one of everything in it. */
export interface Inbox extends World {
  /** By type: what `node(id:)` finds. */
  ids: Record<string, string>
  /** A team, which all roles are in when the inbox is theirs. */
  teamId: string
  integration: IntegrationActor
  /** With the same password as everybody. */
  email: string
  /** Who may only read in it. */
  readerId: string
}

export interface Place {
  server: TestServer
  own: Inbox
  other: Inbox
  /** One for each column, with all scopes. */
  callers: Caller[]
  /** Of each role, with an open session and the password of everybody. */
  agents: Record<Role, string>
  /** A new token of a role, with these scopes. */
  mint(role: Role, scope: TokenScope): Promise<Caller>
  /** One with all scopes but READ, as it was made before every token had that. */
  mintBlind(role: Role): Promise<Caller>
}

export const roles = ['READ_ONLY', 'AGENT', 'SUPERVISOR', 'ADMIN'] as const
export type Role = (typeof roles)[number]
const scopes = { READ: ['READ'], WRITE: ['READ', 'WRITE'], ADMIN: ['READ', 'WRITE', 'ADMIN'] }
export const password = 'a long password'

/** Two inboxes, and agents of each role who are members of the first. */
export async function startPlace(server: TestServer): Promise<Place> {
  const ownInbox = await server.inbox('Own')
  const otherInbox = await server.inbox('Other')
  const agents = {} as Place['agents']
  for (const role of roles) agents[role] = await startAgent(server, role, ownInbox)
  const own = await fill(server, ownInbox, Object.values(agents))
  const other = await fill(server, otherInbox, [])

  const mint = async (column: Role, scope: TokenScope) => {
    const { createApiToken } = await server.must(
      `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
        __typename ... on CreateApiTokenPayload { secret } } }`,
      { input: { name: column, agentId: agents[column], scopes: scopes[scope] } },
    )
    return overHttp(server, column, scope, createApiToken.secret)
  }
  const mintBlind = async (role: Role) => {
    const caller = await mint(role, 'ADMIN')
    await server.app.db.pool.query(`update token set scopes = '{WRITE,ADMIN}' where hash = $1`, [
      secretHash(caller.token ?? ''),
    ])
    return caller
  }
  const withAll = []
  for (const role of roles) withAll.push(await mint(role, 'ADMIN'))
  const callers = [overHttp(server, 'nobody', null, null), ...withAll, inProcess(server, own.integration)]
  return { server, own, other, callers, agents, mint, mintBlind }
}

async function startAgent(server: TestServer, role: Role, inboxId: string): Promise<string> {
  const { id } = await server.agent(role, [inboxId], role)
  await server.must(
    `mutation ($input: SetPasswordInput!) { setPassword(input: $input) { __typename ... on Error { reason: message } } }`,
    { input: { agentId: id, password } },
  )
  await newSession(server, id)
  return id
}

async function fill(server: TestServer, inboxId: string, team: string[]): Promise<Inbox> {
  const { must } = server
  const { id: agentId, token } = await server.agent('Insider', [inboxId])
  const { id: readerId } = await server.agent('Reader', [inboxId], 'READ_ONLY')
  const email = `${agentId}@example.com`
  await must(
    `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { __typename ... on Error { message } } }`,
    { input: { name: 'Somebody', email, password } },
  )
  const fin = await server.createFin({ inboxId })
  const conversationId = await server.conversation(inboxId)
  const { updateConversation } = await must(
    `mutation ($id: ID!) { updateConversation(input: { conversationId: $id, tags: ["tag"] }) {
      __typename ... on UpdateConversationPayload { conversation { tags { id } endUser { id } messages { nodes { id } } } } } }`,
    { id: conversationId },
  )
  const { createTeam } = await must(
    `mutation ($agentIds: [ID!]) { createTeam(input: { name: "Team", agentIds: $agentIds }) {
      __typename ... on CreateTeamPayload { team { id } } } }`,
    { agentIds: [agentId, ...team] },
  )
  const teamId = createTeam.team.id
  const { createView } = await must(
    `mutation ($teamId: ID!) { createView(input: { name: "View", scope: TEAM, teamId: $teamId, filter: {} }) {
      __typename ... on CreateViewPayload { view { id } } } }`,
    { teamId },
    token,
  )
  const { createCannedReply } = await must(
    `mutation ($teamId: ID!) { createCannedReply(input: { name: "Reply", body: "Hello", scope: TEAM, teamId: $teamId }) {
      __typename ... on CreateCannedReplyPayload { cannedReply { id } } ... on Error { reason: message } } }`,
    { teamId },
    token,
  )
  const { createWebhook } = await must(
    `mutation { createWebhook(input: { url: "http://127.0.0.1:1", subscription: "subscription { events { type } }" }) {
      __typename ... on CreateWebhookPayload { webhook { id } } } }`,
  )
  await server.app.db.transaction((tx) =>
    recordNotice(tx, {
      kind: 'WEBHOOK_STOPPED',
      detail: 'For the test.',
      webhookId: storedId('Webhook', createWebhook.webhook.id) ?? '',
    }),
  )
  const { createUpload } = await must(
    `mutation { createUpload(input: { filename: "a.txt", contentType: "text/plain", size: 5 }) {
      __typename ... on CreateUploadPayload { file { id uploadUrl } } } }`,
    {},
    token,
  )
  const { file } = createUpload
  await fetch(file.uploadUrl, { method: 'PUT', body: 'Hello' })
  await must(
    `mutation ($id: ID!, $fileId: ID!) { replyToConversation(input: { conversationId: $id, attachments: [{ fileId: $fileId }] }) {
      __typename ... on Error { reason: message } } }`,
    { id: conversationId, fileId: file.id },
    token,
  )
  const heldReplyId = await holdReply(server, conversationId, token)
  const { saveDraft } = await must(
    `mutation ($id: ID!) { saveDraft(input: { conversationId: $id, visibility: PUBLIC, body: "Hm" }) {
      __typename ... on SaveDraftPayload { conversation { drafts { id } } } ... on Error { reason: message } } }`,
    { id: conversationId },
    token,
  )
  const { apiTokens } = await must('{ apiTokens { id } }', {}, token)
  const { notices } = await must('{ notices(first: 1) { nodes { id } } }')
  const delivery = await eventually(async () => {
    const { deliveries } = await must(
      'query ($filter: DeliveryFilter) { deliveries(filter: $filter, first: 1) { nodes { id } } }',
      { filter: { integrationId: fin.integrationId } },
    )
    if (deliveries.nodes.length === 0) throw new Error('Nothing is to be delivered yet.')
    return deliveries.nodes[0]
  })
  const { conversation } = updateConversation
  const stored = storedId('Inbox', inboxId) ?? ''
  return {
    server,
    nodes: [],
    inboxId,
    agentId,
    teamId,
    email,
    readerId,
    integration: {
      kind: 'INTEGRATION',
      integrationId: storedId('FinIntegration', fin.integrationId) ?? '',
      agentId: storedId('Agent', fin.agentId) ?? '',
      inboxId: stored,
      seesNotes: true,
      bindsByEmail: true,
      inboxIds: [stored],
    },
    ids: {
      Agent: agentId,
      CannedReply: createCannedReply.cannedReply.id,
      Conversation: conversationId,
      Delivery: delivery.id,
      Draft: saveDraft.conversation.drafts[0].id,
      EndUser: conversation.endUser.id,
      FinIntegration: fin.integrationId,
      HeldReply: heldReplyId,
      Inbox: inboxId,
      Message: conversation.messages.nodes[0].id,
      Notice: notices.nodes[0].id,
      Tag: conversation.tags[0].id,
      Team: teamId,
      Token: apiTokens[0].id,
      UploadedFile: file.id,
      View: createView.view.id,
      Webhook: createWebhook.webhook.id,
    },
  }
}

/** One whose time does not come while a test runs. */
export async function holdReply(server: TestServer, conversationId: string, token: string): Promise<string> {
  const { holdReply } = await server.must(
    `mutation ($id: ID!) { holdReply(input: { conversationId: $id, body: "held", seconds: 60 }) {
      __typename ... on HoldReplyPayload { heldReply { id } } ... on Error { reason: message } } }`,
    { id: conversationId },
    token,
  )
  const { id } = holdReply.heldReply
  await server.app.db.pool.query(
    `update held_reply set sends_at = sends_at + interval '1 day' where id = $1`,
    [storedId('HeldReply', id)],
  )
  return id
}

function overHttp(
  server: TestServer,
  column: Column,
  scope: TokenScope | null,
  token: string | null,
): Caller {
  return { column, scope, token, ask: (document, variables) => server.graphql(document, variables, token) }
}

/** As the Fin API runs documents. */
function inProcess(server: TestServer, actor: IntegrationActor): Caller {
  const parsed = new Map<string, DocumentNode>()
  return {
    column: 'Fin',
    scope: null,
    token: null,
    async ask(text, variables) {
      const document = parsed.get(text) ?? parse(text)
      parsed.set(text, document)
      const contextValue = contextFor(server.app, actor)
      return await execute({ schema, document, variableValues: { ...variables }, contextValue })
    },
  }
}
