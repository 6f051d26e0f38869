import { createHash, type Hash } from 'node:crypto'
import { eventLine, positionOf } from '../eventLine.js'
import type { Faults } from '../faults.js'
import type { Arrival, Hearing } from './receiver.js'

/** What a webhook carries of an event. */
export interface ToldEvent {
  type: string
  cursor: string
  conversation: { id: string; title: string | null } | null
  message?: { text: string }
}

/** What the receiver accepted about one conversation. */
export interface WebhooksTold {
  /** Distinct ones. */
  events: number
  /** Of them all, in the order they came in. */
  digest: Hash
  /** Of the last one. */
  position: number
  epoch: number
}

export interface WebhookBook extends Hearing<ToldEvent> {
  /** By conversation id. */
  told: ReadonlyMap<string, WebhooksTold>
  /** Events that were accepted again. */
  readonly duplicates: number
}

/** Writes down what a webhook is told, and finds fault with its order. */
export function openWebhookBook(number: (title: string) => number | null, faults: Faults): WebhookBook {
  const told = new Map<string, WebhooksTold>()
  let duplicates = 0

  function accept({ told: event, epoch: begunIn }: Arrival<ToldEvent>) {
    const id = subject(event)
    const position = positionOf(event.cursor)
    const before = told.get(id) ?? { events: 0, digest: createHash('sha256'), position: 0, epoch: 0 }
    if (position < before.position)
      faults.add(
        `The webhook of event ${position} was accepted after that of event ${before.position}, a later one about ${id}`,
      )
    else if (position === before.position) repeat(before, id, begunIn)
    else {
      before.events++
      before.digest.update(eventLine(position, event.type, event.message?.text))
      told.set(id, Object.assign(before, { position, epoch: begunIn }))
    }
  }

  function repeat(before: WebhooksTold, id: string, begunIn: number) {
    duplicates++
    if (begunIn === before.epoch)
      faults.add(
        `The webhook of event ${before.position} about ${id} was sent twice although nothing was killed`,
      )
    before.epoch = begunIn
  }

  return {
    told,
    get duplicates() {
      return duplicates
    },
    read(body) {
      const event = (body as { data?: { events?: ToldEvent } }).data?.events
      if (!event?.cursor) throw new Error(JSON.stringify(body))
      return event
    },
    subject,
    number: ({ conversation }) => (conversation?.title ? number(conversation.title) : null),
    accept,
  }
}

function subject({ conversation }: ToldEvent): string {
  return conversation?.id ?? 'no conversation'
}
