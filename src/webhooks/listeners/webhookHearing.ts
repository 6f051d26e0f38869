import type { ExecutionResult } from 'graphql'
import type { App } from '../../app.js'
import { blankRedacted } from '../../delivery/blank.js'
import { OverloadedError } from '../../errors.js'
import { newId, publicId } from '../../ids.js'
import { recordNotice } from '../../notice/record.js'
import { ownerLost, webhookOwner } from '../../webhook/owner.js'
import { webhookBody } from '../../webhook/payload.js'
import { webhookDocument } from '../../webhook/read.js'
import type { DocumentCheck } from '../../webhook/settings.js'
import { stopWebhook } from '../../webhook/stop.js'
import { warnOfDocument } from '../../webhook/warn.js'
import type { ConnectedWebhook } from '../connected.js'
import { type EventDelivery, storeEach } from '../sending/store.js'
import { whyLost } from './gap.js'
import type { Follow, Heard, Hearing } from './listener.js'

/** Documents that are run in process. */
export interface Documents {
  follow: Follow
  /** Why a document cannot be a webhook's, for people; empty when it can. */
  faults: DocumentCheck
  /** What of a document a later release will not know any more, for people. */
  warnings: (document: string) => readonly string[]
  /** What may be shown of an error. */
  shownError: (error: unknown) => Error
  readonly schemaVersion: string
}

/** Runs a webhook's document with its owner's rights, and stores what each event gives as a delivery of its own. */
export function webhookHearing(app: App, webhook: ConnectedWebhook, documents: Documents): Hearing {
  const { listenerId, webhookId, revision } = webhook
  const name = publicId('Webhook', webhookId)
  // Never remembered: what happens first in a new inbox would be missed.
  const owner = () => webhookOwner(app.db, webhookId)
  const stop = (fault: string) => app.db.transaction((tx) => stopWebhook(tx, { webhookId, revision }, fault))

  return {
    listenerId,
    name,
    revision,
    // Their bodies are held in memory meanwhile.
    batchSize: 100,
    async begin(place) {
      const asked = await webhookDocument(app.db, webhookId)
      if (!asked) return null
      const [fault] = documents.faults(asked.subscription, asked.variables)
      if (fault) {
        await stop(`${invalid} ${fault}`)
        return null
      }
      const first = await owner()
      if (!first) {
        await stop(ownerLost)
        return null
      }
      const { subscription: document, variables } = asked
      await warnOfDocument(app.db, webhookId, documents.warnings(document))
      return documents.follow({ document, variables, first, actor: owner, ...place })
    },
    async store(tx, heard, most) {
      const deliveries = heard.map(deliveryOf)
      const claimed = await storeEach(tx, listenerId, deliveries, most)
      const blanked = await blankRedacted(
        tx,
        deliveries.map(({ id }) => id),
      )
      for (const delivery of claimed) delivery.body = blanked.get(delivery.id) ?? delivery.body
      return { count: heard.length, claimed }
    },
    async bridge(tx, { reason }) {
      const detail = `The place of the webhook ${name} in the event log ${whyLost[reason]}. What happened in between was not sent to it: ask \`events\` for it, or bring its receiver up to date by other means.`
      await recordNotice(tx, { kind: 'EVENTS_MISSED', detail, webhookId })
    },
  }

  function deliveryOf({ event, result }: Heard): EventDelivery {
    const id = newId()
    return {
      id,
      subjectId: event.conversationId ?? event.endUserId ?? id,
      conversationId: event.conversationId,
      eventType: event.type,
      body: webhookBody(event, shown(result), documents.schemaVersion),
      position: event.position,
    }
  }

  /** Throws when it is worth another try. */
  function shown({ data, errors }: ExecutionResult): ExecutionResult {
    const overload = errors?.find(({ originalError }) => originalError instanceof OverloadedError)
    if (overload) throw overload
    return { data, errors: errors?.map((error) => documents.shownError(error)) as typeof errors }
  }
}

const invalid =
  'This release does not take its document any more; change it with updateWebhook, then resume it:'
