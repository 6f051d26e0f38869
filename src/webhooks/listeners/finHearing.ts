import type { IntegrationActor } from '../../actor.js'
import { publicId } from '../../ids.js'
import type { ConnectedFin } from '../connected.js'
import { storeLatest } from '../sending/store.js'
import type { Follow, Hearing } from './listener.js'
import { rederive } from './rederive.js'
import { finDocument, type ShownEvent, spansToTell } from './tellFin.js'

/** Hears the events of one integration's inbox and stores a delivery for each conversation that Fin must pull. */
export function finHearing(integration: ConnectedFin, follow: Follow): Hearing {
  const actor = actorOf(integration)
  const name = publicId('FinIntegration', integration.integrationId)
  return {
    listenerId: integration.listenerId,
    name,
    batchSize: 192,
    begin: (place) =>
      follow({
        document: finDocument(integration.seesNotes),
        variables: {},
        first: actor,
        actor: async () => actor,
        ...place,
      }),
    async store(tx, heard, most) {
      const events = heard.map(({ event: { position }, result: { data, errors } }) => {
        if (errors?.[0]) throw errors[0]
        return { position, shown: (data as unknown as { events: ShownEvent }).events }
      })
      const conversations = spansToTell(events, name)
      const claimed = await storeLatest(tx, integration, conversations, most)
      return { count: conversations.size, claimed }
    },
    bridge: (tx, gap) => rederive(tx, integration, gap),
  }
}

/** Its rights are its inbox. */
function actorOf({ integrationId, agentId, inboxId, seesNotes }: ConnectedFin): IntegrationActor {
  return {
    kind: 'INTEGRATION',
    integrationId,
    agentId,
    inboxId,
    seesNotes,
    bindsByEmail: false,
    inboxIds: [inboxId],
  }
}
