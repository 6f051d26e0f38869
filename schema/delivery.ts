import { type DeliveryView, mostAttempts } from '../src/delivery/read.js'
import { builder } from './builder.js'
import { Conversation } from './conversation.js'
import { DeliveryStateEnum } from './enums.js'
import { FinIntegration } from './finIntegration.js'
import { findable, idOf, Node } from './node.js'
import { Webhook } from './webhook.js'

const Attempt = builder.prismaObject('DeliveryAttempt', {
  description: 'One try to send a delivery.',
  fields: (t) => ({
    id: t.id({ description: '`attempt_…`', ...idOf('DeliveryAttempt') }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    durationMs: t.exposeInt('durationMs', { description: 'How long it took, in milliseconds.' }),
    statusCode: t.exposeInt('statusCode', {
      nullable: true,
      description: 'HTTP status of the answer; null when none came.',
    }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'The beginning of the answer, without secrets; or why none came.',
    }),
  }),
})

export const Delivery = builder.objectRef<DeliveryView>('Delivery').implement({
  description:
    'A webhook that must reach its receiver: Fin’s tell of a conversation, however much has changed in it; others of one event. Kept for DELIVERY_RETENTION_DAYS after it is finished. For admins.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`delivery_…`', ...idOf('Delivery') }),
    state: t.expose('state', { type: DeliveryStateEnum, description: 'How far it is.' }),
    integration: t.field({
      type: FinIntegration,
      nullable: true,
      description: 'The connection with Fin that it is for; null when it is for a webhook.',
      resolve: ({ integrationId }, _, { app }) =>
        integrationId ? app.db.prisma.finIntegration.findUnique({ where: { id: integrationId } }) : null,
    }),
    webhook: t.field({
      type: Webhook,
      nullable: true,
      description: 'The webhook that it is for; null when it is for Fin.',
      resolve: ({ webhookId }, _, { app }) =>
        webhookId ? app.db.prisma.webhook.findUnique({ where: { id: webhookId } }) : null,
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'What it is about; null when it is about an end-user, or a test.',
      resolve: ({ conversationId }, _, { load }) =>
        conversationId ? load.conversation(conversationId) : null,
    }),
    eventType: t.exposeString('eventType', {
      nullable: true,
      description:
        'The EventType that a webhook is told of, or TEST; null for Fin, who is told of no single event.',
    }),
    body: t.string({
      nullable: true,
      description: 'JSON, as it is sent to a webhook; null for Fin, who gets the conversation’s id.',
      resolve: ({ id }, _, { load }) => load.deliveryBody(id),
    }),
    attemptCount: t.exposeInt('attemptCount', {
      description:
        'Attempts since it was made, or sent again by hand; those that its receiver put off are not counted.',
    }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it is tried next, at the earliest. Null when that hangs on something else: it is QUEUED or IN_FLIGHT, or its receiver is paused or has a fault; and when it is finished.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken or given up; null until then.',
    }),
    attempts: t.field({
      type: [Attempt],
      description: `Newest first; at most ${mostAttempts}.`,
      resolve: ({ id }, _, { load }) => load.attempts(id),
    }),
  }),
})

findable('Delivery', Delivery, (context, id) => context.load.delivery(id))
