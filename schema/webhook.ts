import { inSight } from '../src/webhook/access.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { WebhookStateEnum } from './enums.js'
import { findable, idOf, Node } from './node.js'
import { documentWarnings } from './webhookDocument.js'

export const Webhook = builder.prismaObject('Webhook', {
  description:
    'A receiver of your own choice: for each event that its document shows, it gets what the document asks for, signed as Standard Webhooks says. Its secret is not shown again.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`webhook_…`', ...idOf('Webhook') }),
    url: t.exposeString('url', { description: 'Where it goes.' }),
    subscription: t.exposeString('subscription', {
      description: 'The document: a subscription to `events`.',
    }),
    variables: t.field({
      type: 'JSONObject',
      description: "The document's variables.",
      select: { variables: true },
      resolve: ({ variables }) => variables,
    }),
    owner: t.field({
      type: Agent,
      description: 'The admin with whose rights it runs.',
      select: { owner: { omit: { passwordHash: true } } },
      resolve: ({ owner }) => owner,
    }),
    state: t.expose('state', { type: WebhookStateEnum, description: 'Whether it is sent to.' }),
    fault: t.exposeString('fault', {
      nullable: true,
      description: 'What to mend before it goes on; then resume it.',
    }),
    warnings: t.stringList({
      description: 'What of its document a later release will not know any more.',
      resolve: ({ subscription }, _, __, { schema }) => documentWarnings(schema, subscription),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was ended; null: it goes on.',
    }),
  }),
})

findable('Webhook', Webhook, ({ app, actor }, id) =>
  app.db.prisma.webhook.findFirst({ where: { AND: [{ id }, inSight(actor)] } }),
)

builder.queryField('webhooks', (t) =>
  t.prismaField({
    type: [Webhook],
    description: 'The webhooks that go on, oldest first. For admins; others get none.',
    resolve: (query, _, __, { app, actor }) =>
      app.db.prisma.webhook.findMany({
        ...query,
        where: { AND: [{ archivedAt: null }, inSight(actor)] },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      }),
  }),
)
