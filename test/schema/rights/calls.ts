import { calls } from '../idempotency/calls.js'
import { newSession } from '../idempotency/things.js'
import { type Caller, holdReply, type Inbox, type Place, password, type Role, roles } from './world.js'

/** An input about an inbox with which whoever may do it succeeds. */
type Make = (inbox: Inbox, place: Place, caller: Caller) => Promise<object> | object

/**
 * By the name in the table, where it is not enough what test/schema/idempotency/calls.ts calls the mutation with: more
 * than one row is about it, or it depends on the inbox or on who calls.
 */
const special: Record<string, Make> = {
  addInboxMember: async ({ inboxId }, { own, server }) => ({
    inboxId,
    agentId: (await server.agent('Colleague', [own.inboxId])).id,
  }),
  'addInboxMember (an agent out of sight)': async ({ inboxId }, { server }) => ({
    inboxId,
    agentId: (await server.agent('Stranger', [])).id,
  }),
  addTeamMember: async ({ teamId }, { own, server }) => ({
    teamId,
    agentId: (await server.agent('Colleague', [own.inboxId])).id,
  }),
  'assignConversation (to one who may only read)': async (inbox) => ({
    conversationId: inbox.ids.Conversation,
    agentId: inbox.readerId,
  }),
  'createApiToken (for another agent)': ({ agentId }) => ({ name: 'theirs', agentId }),
  'createCannedReply (PERSONAL)': () => canned('PERSONAL'),
  'createCannedReply (TEAM)': ({ teamId }) => ({ ...canned('TEAM'), teamId }),
  'createCannedReply (SHARED)': () => canned('SHARED'),
  'createView (PERSONAL)': () => view('PERSONAL'),
  'createView (TEAM)': ({ teamId }) => ({ ...view('TEAM'), teamId }),
  'createView (SHARED)': () => view('SHARED'),
  ...changes('deleteCannedReply'),
  'deleteMessage (one’s own)': async (...about) => ({ messageId: await ownNote(...about) }),
  'deleteMessage (another’s)': async (inbox, { server }) => ({
    messageId: await noteBy(server.token, inbox),
  }),
  'deleteView (one’s own)': ownView,
  'deleteView (another’s own)': (_, { server }) => saved(server.token, 'PERSONAL', server),
  'deleteView (TEAM)': teamView,
  'deleteView (SHARED)': (_, { server }) => saved(server.token, 'SHARED', server),
  'editMessage (one’s own)': async (...about) => ({ messageId: await ownNote(...about), body: 'Better' }),
  'editMessage (another’s)': async (inbox, { server }) => ({
    messageId: await noteBy(server.token, inbox),
    body: 'Better',
  }),
  handBackToFin: ({ ids }) => ({ conversationId: ids.Conversation }),
  removeInboxMember: async ({ inboxId }, { own, server }) => ({
    inboxId,
    agentId: (await server.agent('Colleague', [own.inboxId, inboxId])).id,
  }),
  'removeInboxMember (an agent out of sight)': async ({ inboxId }, { server }) => ({
    inboxId,
    agentId: (await server.agent('Stranger', [])).id,
  }),
  removeTeamMember: async ({ inboxId, teamId }, { server }) => {
    const { id: agentId } = await server.agent('Colleague', [inboxId])
    await server.must(
      `mutation ($input: AddTeamMemberInput!) { addTeamMember(input: $input) { __typename ... on Error { reason: message } } }`,
      { input: { teamId, agentId } },
    )
    return { teamId, agentId }
  },
  'revokeApiToken (one’s own)': async (_, { mint, server }, { column }) => {
    const { token: spare } = await mint(roleOf(column), 'ADMIN')
    const { apiTokens } = await server.must('{ apiTokens { id } }', {}, spare)
    return { tokenId: apiTokens[0].id }
  },
  'revokeApiToken (another’s)': async ({ inboxId }, { server }) => {
    const { token } = await server.agent('Leaver', [inboxId])
    const { apiTokens } = await server.must('{ apiTokens { id } }', {}, token)
    return { tokenId: apiTokens[0].id }
  },
  'revokeSession (one’s own)': async (_, { agents, server }, { column }) => ({
    sessionId: await newSession(server, agents[roleOf(column)]),
  }),
  'revokeSession (another’s)': async ({ agentId, server }) => ({
    sessionId: await newSession(server, agentId),
  }),
  'sendHeldReply (one’s own)': ownHeldReply,
  'sendHeldReply (another’s)': ({ ids }) => ({ heldReplyId: ids.HeldReply }),
  'setPassword (one’s own)': () => ({ password, currentPassword: password }),
  'setPassword (another’s)': ({ readerId }) => ({ agentId: readerId, password }),
  setTyping: ({ ids }) => ({ conversationId: ids.Conversation, isTyping: true }),
  signIn: ({ email }) => ({ email, password }),
  signOut: () => ({}),
  syncConversation: ({ ids }) => ({ conversationId: ids.Conversation, attributes: { from: 'Fin' } }),
  'undoReply (one’s own)': ownHeldReply,
  'undoReply (another’s)': ({ ids }) => ({ heldReplyId: ids.HeldReply }),
  ...changes('updateCannedReply'),
  'updateView (one’s own)': ownView,
  'updateView (another’s own)': (_, { server }) => saved(server.token, 'PERSONAL', server),
  'updateView (TEAM)': teamView,
  'updateView (SHARED)': (_, { server }) => saved(server.token, 'SHARED', server),
}

export async function inputFor(
  { name, field }: { name: string; field: string },
  inbox: Inbox,
  place: Place,
  caller: Caller,
): Promise<object> {
  const make = special[name]
  if (make) return make(inbox, place, caller)
  const usual = calls[field]
  if (!usual) throw new Error(`Nothing says what ${name} is called with.`)
  return (await usual(inbox)).input
}

/** Whose own things a caller of no role is refused. */
function roleOf(column: Caller['column']): Role {
  return roles.find((role) => role === column) ?? 'AGENT'
}

const view = (scope: string) => ({ name: 'Nothing', scope, filter: { or: [] } })

/** A new view of whoever calls, under all their scopes. */
async function ownView(_: Inbox, { callers, server }: Place, { column }: Caller): Promise<object> {
  const { token } = callers.find((caller) => caller.column === column) as Caller
  return saved(token ?? server.token, 'PERSONAL', server)
}

/** A new note of whoever calls, where they may write one; else of an admin. */
function ownNote(inbox: Inbox, place: Place, caller: Caller): Promise<string> {
  return noteBy(writer(inbox, place, caller), inbox)
}

async function ownHeldReply(inbox: Inbox, place: Place, caller: Caller): Promise<object> {
  const token = writer(inbox, place, caller)
  return { heldReplyId: await holdReply(place.server, inbox.ids.Conversation ?? '', token) }
}

/** A token that may write in an inbox: of whoever calls, else of an admin. */
function writer(inbox: Inbox, { callers, own, server }: Place, { column }: Caller): string {
  const writes = column === 'ADMIN' || (inbox === own && ['AGENT', 'SUPERVISOR'].includes(column))
  return (writes ? callers.find((caller) => caller.column === column)?.token : null) ?? server.token
}

async function noteBy(token: string, { ids, server }: Inbox): Promise<string> {
  const { addNote } = await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "Hm" }) {
      __typename ... on AddNotePayload { message { id } } ... on Error { reason: message } } }`,
    { id: ids.Conversation },
    token,
  )
  return addNote.message.id
}

async function teamView(inbox: Inbox, { server }: Place): Promise<object> {
  return saved(await memberToken(inbox), 'TEAM', server, inbox.teamId)
}

/** A token of a member of the inbox's team. */
async function memberToken({ agentId, server }: Inbox): Promise<string> {
  const { createApiToken } = await server.must(
    `mutation ($id: ID!) { createApiToken(input: { name: "member", agentId: $id }) {
      __typename ... on CreateApiTokenPayload { secret } } }`,
    { id: agentId },
  )
  return createApiToken.secret
}

const canned = (scope: string) => ({ name: 'Nothing', scope, body: 'Nothing' })

/** Of each scope one that may be changed. */
function changes(mutation: string): Record<string, Make> {
  return {
    [`${mutation} (one’s own)`]: (inbox, place, caller) =>
      kept(writer(place.own, place, caller), 'PERSONAL', inbox),
    [`${mutation} (another’s own)`]: (inbox, { server }) => kept(server.token, 'PERSONAL', inbox),
    [`${mutation} (TEAM)`]: async (inbox) => kept(await memberToken(inbox), 'TEAM', inbox, inbox.teamId),
    [`${mutation} (SHARED)`]: (inbox, { server }) => kept(server.token, 'SHARED', inbox),
  }
}

async function kept(token: string, scope: string, { server }: Inbox, teamId?: string) {
  const { createCannedReply } = await server.must(
    `mutation ($input: CreateCannedReplyInput!) { createCannedReply(input: $input) {
      __typename ... on CreateCannedReplyPayload { cannedReply { id } } ... on Error { reason: message } } }`,
    { input: { ...canned(scope), teamId } },
    token,
  )
  return { cannedReplyId: createCannedReply.cannedReply.id }
}

async function saved(token: string, scope: string, { must }: Place['server'], teamId?: string) {
  const { createView } = await must(
    `mutation ($input: CreateViewInput!) { createView(input: $input) {
      __typename ... on CreateViewPayload { view { id } } ... on Error { message } } }`,
    { input: { ...view(scope), teamId } },
    token,
  )
  return { viewId: createView.view.id }
}
