import { seesDeliveries } from '../src/delivery/access.js'
import type { DeliveryView } from '../src/delivery/read.js'
import { watchDeliveries } from '../src/delivery/watch.js'
import { ForbiddenError, NotFoundError } from '../src/errors.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { Delivery } from './delivery.js'
import { DeliveryFilterInput, deliveryFilter } from './deliveryQueries.js'
import { signInFirst } from './events.js'

builder.subscriptionField('deliveryUpdated', (t) =>
  t.field({
    type: Delivery,
    description:
      'Deliveries, each when it is made and after each attempt, from now on and up to a second late; what happens in the same second to one is told once. For watching, by admins: one who is slow by 1,000 misses the oldest, which `deliveries` has.',
    args: { filter: t.arg({ type: DeliveryFilterInput, description: 'Which; all when left out.' }) },
    subscribe: (_, { filter }, context) => updates(context, filter),
    resolve: (delivery) => delivery as DeliveryView,
  }),
)

async function updates({ app, actor, refresh }: Context, given: Parameters<typeof deliveryFilter>[0]) {
  if (!actor) throw new ForbiddenError(signInFirst, 'UNAUTHENTICATED')
  if (!seesDeliveries(actor)) throw new ForbiddenError('Only an admin may do this.')
  const filter = deliveryFilter(given)
  if (!filter) throw new NotFoundError('What the filter names')
  return watchDeliveries(app.deliveries, { filter, actor: refresh })
}
