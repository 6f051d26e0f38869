import type { DeliveryFilter } from '../src/delivery/filter.js'
import { listDeliveries } from '../src/delivery/read.js'
import { ValidationError } from '../src/errors.js'
import { publicId, storedId } from '../src/ids.js'
import { builder } from './builder.js'
import { connectionOf, cursorId, encodeCursor, sliceOf } from './connection.js'
import { Delivery } from './delivery.js'
import { DeliveryStateEnum } from './enums.js'

export const DeliveryFilterInput = builder.inputType('DeliveryFilter', {
  description: 'Which deliveries; all given conditions hold together.',
  fields: (t) => ({
    integrationId: t.id({ description: 'To Fin, for this connection.' }),
    webhookId: t.id({ description: 'To this webhook.' }),
    conversationId: t.id({ description: 'About this conversation.' }),
    states: t.field({ type: [DeliveryStateEnum], description: 'In any of these.' }),
    eventTypes: t.stringList({ description: 'Of webhooks: for any of these, as `eventType` has them.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Made at this moment or later.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Made before this moment.' }),
  }),
})

const order = 'deliveries'
const mostTypes = 50

builder.queryField('deliveries', (t) =>
  t.connection(
    {
      type: Delivery,
      description:
        'What was sent and is to be sent, newest first. Pages of 1 to 100, 25 by default. For admins; others see none.',
      args: { filter: t.arg({ type: DeliveryFilterInput, description: 'Which; all when left out.' }) },
      resolve: async (_, { filter: given, ...args }, { app, actor }) => {
        const slice = sliceOf(args)
        const filter = deliveryFilter(given)
        const page = {
          descending: !slice.backwards,
          after:
            slice.beyond === null
              ? null
              : cursorId('Delivery', order, slice.beyond, slice.backwards ? 'before' : 'after'),
          limit: slice.limit + 1,
        }
        const rows = filter ? await listDeliveries(app.db, actor, filter, page) : []
        return connectionOf(rows, slice, ({ id }) => encodeCursor(order, publicId('Delivery', id)))
      },
    },
    { name: 'DeliveryConnection' },
    { name: 'DeliveryEdge' },
  ),
)

/** A filter as a client gives it, with stored ids; null when one is malformed: nothing is there. */
export function deliveryFilter(
  given: typeof DeliveryFilterInput.$inferInput | null | undefined,
): DeliveryFilter | null {
  const { integrationId, webhookId, conversationId, ...others } = given ?? {}
  if (others.eventTypes && others.eventTypes.length > mostTypes) {
    throw new ValidationError('filter.eventTypes', `Name at most ${mostTypes} of them.`)
  }
  const ids: DeliveryFilter = {}
  for (const [key, type, id] of [
    ['integrationId', 'FinIntegration', integrationId],
    ['webhookId', 'Webhook', webhookId],
    ['conversationId', 'Conversation', conversationId],
  ] as const) {
    if (id == null) continue
    const uuid = storedId(type, id)
    if (!uuid) return null
    ids[key] = uuid
  }
  return { ...ids, ...others }
}
