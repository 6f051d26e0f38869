import { publicId, storedId } from '../src/ids.js'
import { inReach } from '../src/inbox/access.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { EmailBindingEnum, FinRegionEnum, IntegrationStateEnum, SignatureModeEnum } from './enums.js'
import { findable, idOf, Node } from './node.js'

const LogEntry = builder.prismaObject('IntegrationLog', {
  name: 'IntegrationLogEntry',
  description: 'What did not go as asked with an integration, and why.',
  fields: (t) => ({
    id: t.id({ description: '`log_…`', ...idOf('IntegrationLogEntry') }),
    kind: t.exposeString('kind', {
      description:
        'NOT_APPLIED (it would have undone a human’s doing), DIFFERENT_REPEAT (the first call counts), TOLERATED (what could not be read), REFUSED (a request that was not let in) or GAP (changes that had left the event log before webhooks were made of them; Fin is told of each conversation that may have changed).',
    }),
    detail: t.exposeString('detail', { description: 'For people.' }),
    field: t.exposeString('field', { nullable: true, description: 'The name that a value came under.' }),
    value: t.expose('value', { type: 'JSON', nullable: true, description: 'The value as it came.' }),
    conversationId: t.id({
      nullable: true,
      description: 'The conversation it was about.',
      resolve: ({ conversationId }) => conversationId && publicId('Conversation', conversationId),
    }),
    endUserId: t.id({
      nullable: true,
      description: 'The end-user it was about.',
      resolve: ({ endUserId }) => endUserId && publicId('EndUser', endUserId),
    }),
    times: t.exposeInt('times', { description: 'How often the same thing happened.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened first.' }),
    lastAt: t.expose('lastAt', { type: 'DateTime', description: 'When it happened last.' }),
  }),
})

const OAuthClient = builder.prismaObject('OAuthClient', {
  description: 'Credentials for the token address. The secret is not shown again.',
  fields: (t) => ({
    clientId: t.exposeString('clientId', { description: 'The OAuth client id.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they were made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When they end; null while nothing has replaced them.',
    }),
  }),
})

const StaticToken = builder.prismaObject('Token', {
  name: 'StaticToken',
  description: 'A fixed token. The token itself is not shown.',
  fields: (t) => ({
    hint: t.exposeString('hint', { description: 'Its last characters.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was set.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; null while nothing has replaced it.',
    }),
  }),
})

export const FinIntegration = builder.prismaObject('FinIntegration', {
  description: 'One connection with Fin. Its keys are never shown again.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`fin_…`', ...idOf('FinIntegration') }),
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
    hasSigningSecret: t.boolean({
      description: 'Whether requests have to be signed.',
      select: { signingSecret: true },
      resolve: ({ signingSecret }) => signingSecret !== null,
    }),
    signatureMode: t.expose('signatureMode', {
      type: SignatureModeEnum,
      description: 'What becomes of a request whose signature does not fit.',
    }),
    allowedNetworks: t.exposeStringList('allowedNetworks', {
      description: 'Where requests may come from, in CIDR notation; empty: see FIN_NETWORKS_FILE.',
    }),
    sendsNotes: t.exposeBoolean('sendsNotes', { description: 'Whether Fin is shown private notes.' }),
    emailBinding: t.expose('emailBinding', {
      type: EmailBindingEnum,
      description: 'What an e-mail address alone is worth.',
    }),
    clients: t.relation('clients', {
      type: OAuthClient,
      description: 'Its OAuth credentials, newest first; at most 20.',
      query: { orderBy: { createdAt: 'desc' }, take: 20 },
    }),
    staticTokens: t.relation('tokens', {
      type: StaticToken,
      description: 'Its fixed tokens, newest first; at most 20.',
      query: { where: { name: 'fixed' }, orderBy: { createdAt: 'desc' }, take: 20 },
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
      query: { orderBy: [{ lastAt: 'desc' }, { id: 'desc' }], take: 100 },
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
    args: { id: t.arg.id({ required: true, description: 'Of the connection.' }) },
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
