import { randomBytes } from 'node:crypto'
import { type IntegrationActor, tokenScopes } from '../../../src/actor.js'
import { publicId, storedId } from '../../../src/ids.js'
import { mintToken } from '../../../src/token/mint.js'
import { fillDeliveries } from '../../delivery/fill.js'
import type { TestServer } from '../../support/server.js'
import { agentWith, type Caller, integrationAs } from './caller.js'

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

/** One for each mutation that takes a key into account; each makes new things to call it with. */
export const calls: Record<string, (world: World) => Promise<Call>> = {
  async addInboxMember({ server, inboxId }) {
    const [first, second] = [await server.agent('First', []), await server.agent('Second', [])]
    return { input: { inboxId, agentId: first.id }, other: { inboxId, agentId: second.id } }
  },

  addNote: (world) => onConversation(world, { body: 'a note' }, { body: 'another note' }),

  archiveAgent: onAgents,

  addTeamMember: onTeams,

  archiveWebhook: onWebhooks,

  assignConversation: (world) => onConversation(world, { agentId: world.agentId }, {}),

  createAgent: async () => ({
    input: { name: 'Ann', email: `${unique()}@example.com`, password: 'a long password' },
    other: { name: 'Ann', email: `${unique()}@example.com` },
  }),

  createApiToken: async () => ({ input: { name: 'one' }, other: { name: 'another' } }),

  createCannedReply: async () => ({
    input: { name: 'Thanks', scope: 'SHARED', body: 'Thank you' },
    other: { name: 'Thanks', scope: 'PERSONAL', body: 'Thank you' },
  }),

  createEndUser: async ({ inboxId }) => ({
    input: { inboxId, endUser: { name: 'Eve' } },
    other: { inboxId, endUser: { name: 'Bob' } },
  }),

  createFinIntegration: async () => ({
    input: { ...fin, staticToken: unique() },
    other: { ...fin, name: 'Other' },
  }),

  createInbox: async () => ({ input: { name: 'Sales' }, other: { name: 'Returns' } }),

  createTeam: async ({ agentId }) => ({
    input: { name: 'Sales', agentIds: [agentId] },
    other: { name: 'Sales' },
  }),

  createUpload: async () => ({
    input: { filename: 'a.png', contentType: 'image/png', size: 10 },
    other: { filename: 'a.png', contentType: 'image/png', size: 11 },
  }),

  createView: async () => ({
    input: { name: 'Nothing', scope: 'SHARED', filter: { or: [] } },
    other: { name: 'Nothing', scope: 'PERSONAL', filter: { or: [] } },
  }),

  createWebhook: async () => ({
    input: webhook,
    other: { ...webhook, subscription: 'subscription { events { cursor } }' },
  }),

  async deleteView({ server }) {
    return { input: { viewId: await newView(server) }, other: { viewId: await newView(server) } }
  },

  async deleteCannedReply(world) {
    return { input: await newCannedReply(world), other: await newCannedReply(world) }
  },

  deleteMessage: async (world) => ({ input: await reply(world), other: await reply(world) }),

  async editMessage(world) {
    const message = await reply(world)
    return { input: { ...message, body: 'Good day' }, other: { ...message, body: 'Good evening' } }
  },
  discardDraft: async (world) => ({
    ...(await onConversation(world, { visibility: 'PUBLIC' }, { visibility: 'PRIVATE' })),
    leavesNoRow: true,
  }),

  async handBackToFin({ server }) {
    const { inboxId } = await server.createFin()
    const [first, second] = [await server.conversation(inboxId), await server.conversation(inboxId)]
    return { input: { conversationId: first }, other: { conversationId: second } }
  },

  holdReply: (world) =>
    onConversation(world, { body: 'a reply', seconds: 60 }, { body: 'another reply', seconds: 60 }),

  markConversationRead: (world) => onConversation(world, { seq: 1 }, {}),

  async markConversationUnread({ server, inboxId }) {
    const conversationId = await server.conversation(inboxId)
    await server.must(
      'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename } }',
      { id: conversationId },
    )
    return { input: { conversationId, seq: 1 }, other: { conversationId } }
  },

  async mergeEndUsers(world) {
    const pair = async () => ({ endUserId: await endUser(world), intoEndUserId: await endUser(world) })
    return { input: await pair(), other: await pair() }
  },

  openConversation: async ({ inboxId }) => ({
    input: { inboxId, endUser: { name: 'Eve' }, message: { body: 'Hello' } },
    other: { inboxId, endUser: { name: 'Eve' }, message: { body: 'Good morning' } },
  }),

  pauseIntegration: onIntegrations,

  pauseWebhook: onWebhooks,

  receiveMessage: (world) =>
    onConversation(world, { message: { body: 'Hello?' } }, { message: { body: 'Anybody there?' } }),

  redactMessage: async (world) => ({ input: await reply(world), other: await reply(world) }),

  async redeliver({ server }) {
    const integrationId = await withDeliveries(server)
    const { deliveries } = await server.must(
      'query ($filter: DeliveryFilter) { deliveries(filter: $filter) { nodes { id } } }',
      { filter: { integrationId } },
    )
    const [first, second] = deliveries.nodes
    return { input: { deliveryId: first.id }, other: { deliveryId: second.id }, leavesNoRow: true }
  },

  async removeInboxMember({ server, inboxId }) {
    const [first, second] = [await server.agent('First', [inboxId]), await server.agent('Second', [inboxId])]
    return {
      input: { inboxId, agentId: first.id },
      other: { inboxId, agentId: second.id },
      leavesNoRow: true,
    }
  },

  removeTeamMember: async (world) => ({ ...(await onTeams(world, true)), leavesNoRow: true }),

  async replayDeliveries({ server }) {
    const integrationId = await withDeliveries(server)
    const input = { integrationId, from: inHours(-1), to: inHours(1) }
    return { input, other: { ...input, states: ['PARKED'] }, leavesNoRow: true }
  },

  replyToConversation: (world) => onConversation(world, { body: 'a reply' }, { body: 'another reply' }),

  restoreAgent: onAgents,

  resumeIntegration: onIntegrations,

  resumeWebhook: onWebhooks,

  async revokeApiToken({ server, inboxId }) {
    const token = async () => {
      const { token } = await server.agent('Leaver', [inboxId])
      const { apiTokens } = await server.must('{ apiTokens { id } }', {}, token)
      return { tokenId: apiTokens[0].id }
    }
    return { input: await token(), other: await token() }
  },

  async revokeSession({ server, inboxId }) {
    const { id } = await server.agent('Leaver', [inboxId])
    return {
      input: { sessionId: await newSession(server, id) },
      other: { sessionId: await newSession(server, id) },
    }
  },

  async rotateFinClientSecret({ server }) {
    const { integrationId } = await server.createFin()
    return { input: { integrationId }, other: { integrationId, overlapHours: 1 } }
  },

  async rotateWebhookSecret({ server }) {
    const webhookId = await newWebhook(server)
    return { input: { webhookId }, other: { webhookId, overlapHours: 1 } }
  },

  async setAgentRole({ server }) {
    const { id: agentId } = await server.agent('Somebody', [])
    return { input: { agentId, role: 'SUPERVISOR' }, other: { agentId, role: 'READ_ONLY' } }
  },
  saveDraft: (world) =>
    onConversation(
      world,
      { visibility: 'PUBLIC', body: 'a reply' },
      { visibility: 'PUBLIC', body: 'another' },
    ),

  sendHeldReply: onHeldReplies,

  setConversationStatus: (world) => onConversation(world, { status: 'RESOLVED' }, { status: 'CLOSED' }),

  async setFinStaticToken({ server }) {
    const { integrationId } = await server.createFin()
    return {
      input: { integrationId, staticToken: unique() },
      other: { integrationId, staticToken: unique() },
    }
  },

  async setPassword(world) {
    const { input, other } = await onAgents(world)
    const password = 'a long password'
    return { input: { ...input, password }, other: { ...other, password } }
  },

  snoozeConversation: (world) => onConversation(world, { until: inHours(1) }, { until: inHours(2) }),

  async syncConversation({ server, nodes }) {
    const apps = [server, ...nodes].map(({ app }) => app)
    const [mine, theirs] = [await integration(server), await integration(server)]
    return {
      input: { conversationId: mine.conversationId, title: 'Delivery', tags: ['late'] },
      other: { conversationId: mine.conversationId, title: 'Something else' },
      callers: [
        integrationAs(mine.actor, apps),
        about(theirs.conversationId, integrationAs(theirs.actor, apps)),
        integrationAs({ ...mine.actor, inboxIds: [] }, apps),
      ],
    }
  },

  undoReply: onHeldReplies,

  testWebhook: async (world) => ({ ...(await onWebhooks(world)), leavesNoRow: true }),

  async updateCannedReply(world) {
    const reply = await newCannedReply(world)
    return { input: { ...reply, name: 'Other' }, other: { ...reply, name: 'Another' } }
  },

  updateConversation: (world) =>
    onConversation(world, { title: 'Delivery', tags: [unique()] }, { title: 'Other' }),

  async updateEndUser(world) {
    const endUserId = await endUser(world)
    return { input: { endUserId, name: 'Eva' }, other: { endUserId, name: 'Evi' } }
  },

  async updateFinIntegration({ server }) {
    const { integrationId } = await server.createFin()
    return { input: { integrationId, name: 'Fin 2' }, other: { integrationId, name: 'Fin 3' } }
  },

  async updateView({ server }) {
    const viewId = await newView(server)
    return { input: { viewId, name: 'Other' }, other: { viewId, name: 'Another' } }
  },

  async updateWebhook({ server }) {
    const webhookId = await newWebhook(server)
    const url = 'http://127.0.0.1:1/'
    return { input: { webhookId, url: `${url}2` }, other: { webhookId, url: `${url}3` } }
  },
}

async function newView(server: TestServer): Promise<string> {
  const { createView } = await server.must(
    `mutation { createView(input: { name: "Nothing", scope: SHARED, filter: { or: [] } }) { __typename ... on CreateViewPayload { view { id } } ... on Error { reason: message } } }`,
  )
  return createView.view.id
}

async function newCannedReply({ server }: World): Promise<{ cannedReplyId: string }> {
  const { createCannedReply } = await server.must(
    `mutation { createCannedReply(input: { name: "Thanks", scope: SHARED, body: "Thank you" }) {
      __typename ... on CreateCannedReplyPayload { cannedReply { id } } ... on Error { reason: message } } }`,
  )
  return { cannedReplyId: createCannedReply.cannedReply.id }
}

async function onConversation({ server, inboxId }: World, input: object, other: object): Promise<Call> {
  const conversationId = await server.conversation(inboxId)
  return { input: { conversationId, ...input }, other: { conversationId, ...other } }
}

async function onAgents({ server }: World): Promise<Call> {
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
async function onHeldReplies({ server, nodes, inboxId }: World): Promise<Call> {
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
async function onTeams({ server, inboxId }: World, areIn = false): Promise<Call> {
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

async function onIntegrations({ server }: World): Promise<Call> {
  const [first, second] = [await server.createFin(), await server.createFin()]
  return { input: { integrationId: first.integrationId }, other: { integrationId: second.integrationId } }
}

/** An integration that has told Fin twice, and is paused. */
async function withDeliveries(server: TestServer): Promise<string> {
  const { integrationId } = await server.createFin()
  await server.must(
    `mutation ($id: ID!) { pauseIntegration(input: { integrationId: $id }) { __typename ... on Error { message } } }`,
    { id: integrationId },
  )
  await fillDeliveries(server, { integrationId: storedId('FinIntegration', integrationId) ?? '', count: 2 })
  return integrationId
}

async function onWebhooks({ server }: World): Promise<Call> {
  const [first, second] = [await newWebhook(server), await newWebhook(server)]
  return { input: { webhookId: first }, other: { webhookId: second } }
}

async function newWebhook(server: TestServer): Promise<string> {
  const { createWebhook } = await server.must(
    `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
      __typename ... on CreateWebhookPayload { webhook { id } } } }`,
    { input: webhook },
  )
  return createWebhook.webhook.id
}

async function endUser({ server, inboxId }: World): Promise<string> {
  const { createEndUser } = await server.must(
    `mutation ($inboxId: ID!) { createEndUser(input: { inboxId: $inboxId, endUser: { name: "Eve" } }) {
      __typename ... on CreateEndUserPayload { endUser { id } } } }`,
    { inboxId },
  )
  return createEndUser.endUser.id
}

/** An integration, and a conversation of its inbox. */
async function integration(server: TestServer) {
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
function about(conversationId: string, caller: Caller): Caller {
  return { call: (name, input, node) => caller.call(name, { ...input, conversationId }, node) }
}

const fin = {
  name: 'Fin',
  identifier: 'a3c729d4e8f6b15c',
  region: 'US',
  webhookKey: 'a webhook key',
  webhookBaseUrl: 'http://127.0.0.1:1',
}

const webhook = { url: 'http://127.0.0.1:1', subscription: 'subscription { events { type } }' }

const unique = () => randomBytes(20).toString('hex')
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()

/** A message of the admin's. */
async function reply({ server, inboxId }: World): Promise<{ messageId: string }> {
  const { replyToConversation } = await server.must(
    `mutation ($id: ID!) { replyToConversation(input: { conversationId: $id, body: "Hello" }) {
      __typename ... on ReplyToConversationPayload { message { id } } } }`,
    { id: await server.conversation(inboxId) },
  )
  return { messageId: replyToConversation.message.id }
}
