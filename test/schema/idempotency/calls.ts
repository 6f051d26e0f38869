import { integrationAs } from './caller.js'
import {
  about,
  type Call,
  endUser,
  fin,
  inHours,
  integration,
  newCannedReply,
  newSession,
  newView,
  newWebhook,
  onAgents,
  onConversation,
  onHeldReplies,
  onIntegrations,
  onTeams,
  onWebhooks,
  reply,
  unique,
  type World,
  webhook,
  withDeliveries,
} from './things.js'

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
