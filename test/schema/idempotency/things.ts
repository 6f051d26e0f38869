import { randomBytes } from 'node:crypto'
import { type IntegrationActor, tokenScopes } from '../../../src/actor.js'
import { publicId, storedId } from '../../../src/ids.js'
import { mintToken } from '../../../src/token/mint.js'
import { fillDeliveries } from '../../delivery/fill.js'
import type { TestServer } from '../../support/server.js'
import { agentWith, type Caller } from './caller.js'

/** What a mutation is called with. */
export interface Call {
  input: object
  /** Another input, which works as well, also afterwards. */
  other: object
  /** Who may call it, where that is no admin: somebody, somebody else, and the first with nothing in reach any more. */
  callers?: [Caller, Caller, Caller]
  /** It takes rows away, or changes deliveries only, which nodes at once change further. */
  leavesNoRow?: boolean
}

/** What the calls are about. */
export interface World {
  server: TestServer
  /** Further nodes on the same database. */
  nodes: readonly Pick<TestServer, 'app' | 'url'>[]
  inboxId: string
  /** An agent of that inbox. */
  agentId: string
}

export async function newView(server: TestServer): Promise<string> {
  const { createView } = await server.must(
    `mutation { createView(input: { name: "Nothing", scope: SHARED, filter: { or: [] } }) { __typename ... on CreateViewPayload { view { id } } ... on Error { reason: message } } }`,
  )
  return createView.view.id
}

export async function newCannedReply({ server }: World): Promise<{ cannedReplyId: string }> {
  const { createCannedReply } = await server.must(
    `mutation { createCannedReply(input: { name: "Thanks", scope: SHARED, body: "Thank you" }) {
      __typename ... on CreateCannedReplyPayload { cannedReply { id } } ... on Error { reason: message } } }`,
  )
  return { cannedReplyId: createCannedReply.cannedReply.id }
}

export async function onConversation(
  { server, inboxId }: World,
  input: object,
  other: object,
): Promise<Call> {
  const conversationId = await server.conversation(inboxId)
  return { input: { conversationId, ...input }, other: { conversationId, ...other } }
}

export async function onAgents({ server }: World): Promise<Call> {
  const [first, second] = [await server.agent('First', []), await server.agent('Second', [])]
  return { input: { agentId: first.id }, other: { agentId: second.id } }
}

/** An open session of an agent. */
export async function newSession(server: TestServer, agentId: string): Promise<string> {
  const { token } = await mintToken(server.app.db, {
    kind: 'SESSION',
    agentId: storedId('Agent', agentId),
    scopes: tokenScopes,
    expiresAt: new Date(Date.now() + 3_600_000),
  })
  return publicId('Token', token.id)
}

/** Two replies that the admin holds, and one that an agent does, who speaks of that one only; the third sees none of it. */
export async function onHeldReplies({ server, nodes, inboxId }: World): Promise<Call> {
  const conversationId = await server.conversation(inboxId)
  const [holder, stranger] = [await server.agent('Holder', [inboxId]), await server.agent('Elsewhere', [])]
  const held = async (token: string) => {
    const { holdReply } = await server.must(
      `mutation ($id: ID!) { holdReply(input: { conversationId: $id, body: "held", seconds: 60 }) {
        __typename ... on HoldReplyPayload { heldReply { id } } ... on Error { reason: message } } }`,
      { id: conversationId },
      token,
    )
    return { heldReplyId: holdReply.heldReply.id as string }
  }
  const [input, other, theirs] = [
    await held(server.token),
    await held(server.token),
    await held(holder.token),
  ]
  // However long the test takes until it calls.
  await server.app.db.pool.query(
    `update held_reply set sends_at = sends_at + interval '1 day' where conversation_id = $1`,
    [storedId('Conversation', conversationId)],
  )
  const urls = [server.url, ...nodes.map(({ url }) => url)]
  const second = agentWith(holder.token, urls)
  const ofTheirs: Caller = { call: (name, given, node) => second.call(name, { ...given, ...theirs }, node) }
  return {
    input,
    other,
    callers: [agentWith(server.token, urls), ofTheirs, agentWith(stranger.token, urls)],
  }
}

/** Two agents, and a team, which they are in already or not. */
export async function onTeams({ server, inboxId }: World, areIn = false): Promise<Call> {
  const agentIds = [
    (await server.agent('First', [inboxId])).id,
    (await server.agent('Second', [inboxId])).id,
  ] as const
  const { createTeam } = await server.must(
    `mutation ($agentIds: [ID!]) { createTeam(input: { name: "Team", agentIds: $agentIds }) {
      __typename ... on CreateTeamPayload { team { id } } } }`,
    { agentIds: areIn ? agentIds : [] },
  )
  const { id: teamId } = createTeam.team
  return { input: { teamId, agentId: agentIds[0] }, other: { teamId, agentId: agentIds[1] } }
}

export async function onIntegrations({ server }: World): Promise<Call> {
  const [first, second] = [await server.createFin(), await server.createFin()]
  return { input: { integrationId: first.integrationId }, other: { integrationId: second.integrationId } }
}

/** An integration that has told Fin twice, and is paused. */
export async function withDeliveries(server: TestServer): Promise<string> {
  const { integrationId } = await server.createFin()
  await server.must(
    `mutation ($id: ID!) { pauseIntegration(input: { integrationId: $id }) { __typename ... on Error { message } } }`,
    { id: integrationId },
  )
  await fillDeliveries(server, { integrationId: storedId('FinIntegration', integrationId) ?? '', count: 2 })
  return integrationId
}

export async function onWebhooks({ server }: World): Promise<Call> {
  const [first, second] = [await newWebhook(server), await newWebhook(server)]
  return { input: { webhookId: first }, other: { webhookId: second } }
}

export async function newWebhook(server: TestServer): Promise<string> {
  const { createWebhook } = await server.must(
    `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
      __typename ... on CreateWebhookPayload { webhook { id } } } }`,
    { input: webhook },
  )
  return createWebhook.webhook.id
}

export async function endUser({ server, inboxId }: World): Promise<string> {
  const { createEndUser } = await server.must(
    `mutation ($inboxId: ID!) { createEndUser(input: { inboxId: $inboxId, endUser: { name: "Eve" } }) {
      __typename ... on CreateEndUserPayload { endUser { id } } } }`,
    { inboxId },
  )
  return createEndUser.endUser.id
}

/** An integration, and a conversation of its inbox. */
export async function integration(server: TestServer) {
  const made = await server.createFin()
  const inboxId = storedId('Inbox', made.inboxId) ?? ''
  const actor: IntegrationActor = {
    kind: 'INTEGRATION',
    integrationId: storedId('FinIntegration', made.integrationId) ?? '',
    agentId: storedId('Agent', made.agentId) ?? '',
    inboxId,
    seesNotes: true,
    bindsByEmail: true,
    inboxIds: [inboxId],
  }
  return { actor, conversationId: await server.conversation(made.inboxId) }
}

/** Somebody who speaks of a conversation of their own, whichever is named. */
export function about(conversationId: string, caller: Caller): Caller {
  return { call: (name, input, node) => caller.call(name, { ...input, conversationId }, node) }
}

export const fin = {
  name: 'Fin',
  identifier: 'a3c729d4e8f6b15c',
  region: 'US',
  webhookKey: 'a webhook key',
  webhookBaseUrl: 'http://127.0.0.1:1',
}

export const webhook = { url: 'http://127.0.0.1:1', subscription: 'subscription { events { type } }' }

export const unique = () => randomBytes(20).toString('hex')
export const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()

/** A message of the admin's. */
export async function reply({ server, inboxId }: World): Promise<{ messageId: string }> {
  const { replyToConversation } = await server.must(
    `mutation ($id: ID!) { replyToConversation(input: { conversationId: $id, body: "Hello" }) {
      __typename ... on ReplyToConversationPayload { message { id } } } }`,
    { id: await server.conversation(inboxId) },
  )
  return { messageId: replyToConversation.message.id }
}
