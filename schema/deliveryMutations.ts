import { redeliver } from '../src/delivery/redeliver.js'
import { mostReplayed, replayDeliveries } from '../src/delivery/replay.js'
import { DeliveryStateEnum } from './enums.js'
import { mutation } from './mutation.js'
import { argumentId, optionalId } from './node.js'

mutation('redeliver', {
  description:
    'Sends a delivery again, with the same id and its attempts counted anew; one that waits for another try is sent now, unless its receiver is held. Deliveries to a webhook about the same conversation go out one after the other, so it may be QUEUED first. Fin is told of a conversation once: where another delivery about it is unfinished, that one stands for it and is given. For admins.',
  input: (t) => ({ deliveryId: t.id({ required: true, description: 'The delivery.' }) }),
  changes: { delivery: 'Delivery' },
  run: (input, { app, actor }, call) =>
    redeliver(app.db, actor, { deliveryId: argumentId('Delivery', input.deliveryId) }, call),
})

mutation('replayDeliveries', {
  description: `Sends again what was sent to a receiver, in its order: every delivery that was made within a time and is finished, at most ${mostReplayed.toLocaleString('en')}. Fin is told once of each conversation. For admins.`,
  input: (t) => ({
    integrationId: t.id({ description: 'Of this connection with Fin. Give it or `webhookId`.' }),
    webhookId: t.id({ description: 'Of this webhook.' }),
    from: t.field({ type: 'DateTime', required: true, description: 'Made at this moment or later.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'Made before this moment.' }),
    states: t.field({
      type: [DeliveryStateEnum],
      description: 'DELIVERED, PARKED, or both, as when it is left out.',
    }),
  }),
  changes: {},
  run: (input, { app, actor }, call) =>
    replayDeliveries(
      app.db,
      actor,
      {
        ...input,
        integrationId: optionalId('FinIntegration', input.integrationId),
        webhookId: optionalId('Webhook', input.webhookId),
      },
      call,
    ),
  once: (t) => ({
    count: t.int({
      nullable: true,
      description: 'How many go out. Null in a repeat.',
      resolve: ({ count }) => count ?? null,
    }),
  }),
})
