import { publicId, storedId } from '../src/ids.js'
import { inReach } from '../src/inbox/access.js'
import { createFinIntegration } from '../src/integration/create.js'
import { setFinIntegrationState } from '../src/integration/setState.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { FinRegionEnum, IntegrationStateEnum } from './enums.js'
import { mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'

const LogEntry = builder.prismaObject('IntegrationLog', {
  name: 'IntegrationLogEntry',
  description: 'What became of one of an integration’s calls that did not go as asked, and why.',
  fields: (t) => ({
    id: t.id({ description: '`log_…`', resolve: idOf('IntegrationLogEntry') }),
    kind: t.exposeString('kind', { description: 'NOT_APPLIED, DIFFERENT_REPEAT, TOLERATED or REFUSED.' }),
    detail: t.exposeString('detail', { description: 'For people.' }),
    conversationId: t.id({
      nullable: true,
      description: 'The conversation it was about.',
      resolve: ({ conversationId }) => conversationId && publicId('Conversation', conversationId),
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When.' }),
  }),
})

export const FinIntegration = builder.prismaObject('FinIntegration', {
  description: 'One connection with Fin. Its keys are never shown again.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`fin_…`', resolve: idOf('FinIntegration') }),
    name: t.exposeString('name', { description: 'Its name among agents.' }),
    identifier: t.exposeString('identifier', { description: "The Identifier of Fin's deployment page." }),
    region: t.expose('region', {
      type: FinRegionEnum,
      description: 'Where the Intercom workspace is hosted.',
    }),
    webhookBaseUrl: t.exposeString('webhookBaseUrl', { description: 'Where webhooks go.' }),
    state: t.expose('state', { type: IntegrationStateEnum, description: 'Whether webhooks go out.' }),
    fault: t.exposeString('fault', {
      nullable: true,
      description: 'What to mend before webhooks go out again; then resume it.',
    }),
    agent: t.field({
      type: Agent,
      description: 'The agent that stands for Fin.',
      select: { agent: { omit: { passwordHash: true } } },
      resolve: ({ agent }) => agent,
    }),
    inbox: t.relation('inbox', { description: 'Where its conversations arrive.' }),
    log: t.relation('log', {
      type: LogEntry,
      description: 'What did not go as asked, newest first; at most 100.',
      query: { orderBy: { id: 'desc' }, take: 100 },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

findable('FinIntegration', FinIntegration, ({ app, actor }, id) =>
  app.db.prisma.finIntegration.findFirst({ where: { AND: [{ id }, inReach(actor)] } }),
)

builder.queryField('finIntegration', (t) =>
  t.prismaField({
    type: FinIntegration,
    nullable: true,
    description: 'A connection with Fin; null when there is none or it is not in your sight.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (query, _, { id }, { app, actor }) => {
      const uuid = storedId('FinIntegration', id)
      const named = { id: { in: uuid ? [uuid] : [] } }
      return app.db.prisma.finIntegration.findFirst({ ...query, where: { AND: [named, inReach(actor)] } })
    },
  }),
)

builder.queryField('finIntegrations', (t) =>
  t.prismaField({
    type: [FinIntegration],
    description: 'The connections with Fin of your inboxes, by name.',
    resolve: (query, _, __, { app, actor }) =>
      app.db.prisma.finIntegration.findMany({
        ...query,
        where: { AND: [{ archivedAt: null }, inReach(actor)] },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
      }),
  }),
)

const Endpoint = builder
  .objectRef<{ operation: string; method: string; url: string }>('FinEndpoint')
  .implement({
    description: "One address for Fin's deployment page.",
    fields: (t) => ({
      operation: t.exposeString('operation', { description: 'What Fin calls it.' }),
      method: t.exposeString('method', { description: 'HTTP method.' }),
      url: t.exposeString('url', { description: 'What to paste.' }),
    }),
  })

const operations = [
  ['get_user', 'GET', 'user'],
  ['update_user', 'PUT', 'user'],
  ['create_user', 'POST', 'user'],
  ['get_agents', 'GET', 'agents'],
  ['get_conversation', 'GET', 'conversation'],
  ['update_conversation', 'PUT', 'conversation'],
  ['create_conversation', 'POST', 'conversation'],
  ['get_messages', 'GET', 'messages'],
  ['create_message', 'POST', 'messages'],
] as const

mutation('createFinIntegration', {
  description:
    "Connects an inbox with Fin. The answer has everything to paste into Fin's deployment page; the secret is shown in it only. Its addresses begin with PUBLIC_URL, which Intercom must be able to reach. For admins.",
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name among agents.' }),
    identifier: t.string({ required: true, description: 'The Identifier that the deployment page shows.' }),
    region: t.field({
      type: FinRegionEnum,
      required: true,
      description: 'Where the Intercom workspace is hosted.',
    }),
    webhookKey: t.string({
      required: true,
      description: 'The webhook secret that the deployment page shows; stored encrypted.',
    }),
    webhookBaseUrl: t.string({
      description: "Where webhooks go; the region's own host when left out. For the emulator: its address.",
    }),
    signingSecret: t.string({ description: 'The key of the request signatures; stored encrypted.' }),
    staticToken: t.string({
      description: 'A fixed bearer token of at least 32 characters, instead of OAuth; stored hashed.',
    }),
    agentId: t.id({ description: 'The bot agent that stands for Fin; made when left out.' }),
    inboxId: t.id({ description: 'Where its conversations arrive; made when left out.' }),
  }),
  changesRights: true,
  changes: { integration: 'FinIntegration' },
  run: (input, { app, actor }, call) =>
    createFinIntegration(
      app.db,
      app.secrets,
      actor,
      { ...input, agentId: optionalId('Agent', input.agentId), inboxId: optionalId('Inbox', input.inboxId) },
      call,
    ),
  once: (t) => ({
    tokenUrl: t.string({
      description: 'The OAuth token address.',
      resolve: (_, __, { app }) => `${app.publicUrl()}/oauth/token`,
    }),
    clientId: t.string({
      nullable: true,
      description: 'The OAuth client id. Null in a repeat.',
      resolve: ({ clientId }) => clientId ?? null,
    }),
    clientSecret: t.string({
      nullable: true,
      description: 'The OAuth client secret. Null in a repeat.',
      resolve: ({ clientSecret }) => clientSecret ?? null,
    }),
    agentId: t.id({
      nullable: true,
      description: 'The id of the agent that stands for Fin.',
      resolve: ({ integration }) => publicId('Agent', integration.agentId),
    }),
    endpoints: t.field({
      type: [Endpoint],
      description: 'The nine addresses of the POST-only variant, the one to prefer.',
      resolve: (_, __, context) =>
        operations.map(([operation]) => endpoint(context, operation, 'POST', operation)),
    }),
    restEndpoints: t.field({
      type: [Endpoint],
      description: 'The nine addresses of the REST variant.',
      resolve: (_, __, context) =>
        operations.map(([operation, method, path]) => endpoint(context, operation, method, path)),
    }),
  }),
})

function endpoint({ app }: Context, operation: string, method: string, path: string) {
  return { operation, method, url: `${app.publicUrl()}/api/fin/${path}` }
}

for (const [name, state, description] of [
  [
    'pauseIntegration',
    'PAUSED',
    'Stops the webhooks of an integration; what happens meanwhile goes out when it is resumed. For admins.',
  ],
  [
    'resumeIntegration',
    'ACTIVE',
    'Lets the webhooks of an integration go out again and forgets its fault. For admins.',
  ],
] as const) {
  mutation(name, {
    description,
    input: (t) => ({ integrationId: t.id({ required: true, description: 'The integration.' }) }),
    changes: { integration: 'FinIntegration' },
    run: (input, { app, actor }, call) => {
      const integrationId = argumentId('FinIntegration', input.integrationId)
      return setFinIntegrationState(app.db, actor, { integrationId, state }, call)
    },
  })
}
