import type { Actor } from '../actor.js'
import type { Database } from '../database/database.js'
import { type LoggedEvent, schemaVersion } from '../events/event.js'
import { follow } from '../events/follow.js'
import type { Resumption } from '../events/resume.js'
import { stoppable } from '../events/stoppable.js'
import type { Tail } from '../events/tail.js'
import type { Told } from '../events/told.js'
import { countList, type ListCount } from './countList.js'
import { type ConversationFilter, listedInboxes } from './filter.js'
import { type ListMove, momentOf, moveInList, type RowOrder } from './listed.js'

/** What one who watches a list gets. */
export type ListChange = Told & { count: ListCount } & (
    | { kind: 'SNAPSHOT' }
    /** What is known of the list no longer holds: the cursor cannot be resumed, or another list is in sight now. */
    | { kind: 'RESYNC' }
    | { kind: ListMove; conversationId: string; revision: number | null; at: Date }
  )

export interface WatchListOptions {
  start: Resumption
  filter: ConversationFilter
  order: RowOrder
  /** It goes on from where the subscriber was, who has the list. */
  resumes: boolean
  /** Whether to begin with the list as it is. */
  snapshot: boolean
  /** Who was asking when the stream began, or with which rights it went on until `start`. */
  first: Actor
  /** Who is asking, as of now; null ends the stream. */
  actor: () => Promise<Actor | null>
}

/** What becomes of a list after a position, each change decided from its event alone. */
export function watchList(
  db: Database,
  tail: Tail,
  { start, resumes, filter, order, snapshot, first, actor }: WatchListOptions,
): AsyncGenerator<ListChange, void> {
  let reach = listedInboxes(first, filter)
  let count = countList(db, reach, filter)
  let isOther = false
  const source = follow(db, tail, {
    after: start.position,
    wants: (event) => isOther || event.row !== null || unsettles(event, filter),
    // What happens in an inbox that has gone out of sight, or come into it, must come too: the list begins anew then.
    actor: async () => {
      const present = await actor()
      if (!present) return null
      const now = listedInboxes(present, filter)
      isOther = !areSame(reach, now)
      return { inboxIds: [...reach, ...now] }
    },
  })

  function* begin(told: Told, isResync: boolean): Generator<ListChange, void> {
    if (isResync) yield { kind: 'RESYNC', ...told, count, goesOn: snapshot }
    if (snapshot) yield { kind: 'SNAPSHOT', ...told, count }
  }

  async function* run(): AsyncGenerator<ListChange, void> {
    if (!resumes) yield* begin({ position: start.position, isBeginning: true }, start.lost !== null)
    for await (const events of source) {
      const unsettled = isOther
        ? events.length - 1
        : events.findLastIndex((event) => unsettles(event, filter))
      for (const [index, event] of events.entries()) {
        if (index < unsettled) continue
        const present = await actor()
        if (!present) return
        const now = listedInboxes(present, filter)
        if (index === unsettled || !areSame(reach, now)) {
          reach = now
          count = countList(db, reach, filter)
          yield* begin({ position: event.position }, true)
          continue
        }
        const change = changeBy(event)
        if (change) yield change
      }
    }
  }

  function changeBy(event: LoggedEvent): ListChange | null {
    const { row, inboxId, conversationId, revision, position } = event
    const kind = row && moveInList(filter, order, inboxId, row)
    if (!kind || !conversationId) return null
    if (kind === 'ENTERED') count.add(event, 1)
    if (kind === 'LEFT') count.add(event, -1)
    return { kind, position, count, conversationId, revision, at: new Date(momentOf(order, row.to)) }
  }

  return stoppable(run(), () => void source.return())
}

/** Whether someone whose rights change goes on seeing the same list. */
export function isSameList(
  filter: ConversationFilter,
  { before, now }: { before: Actor; now: Actor },
): boolean {
  return areSame(listedInboxes(before, filter), listedInboxes(now, filter))
}

/** Changes the list in a way that its row does not tell: a merge of end-users, or an event of an older release. */
function unsettles(event: LoggedEvent, { endUserId }: ConversationFilter): boolean {
  if (event.conversationId) return event.schemaVersion < schemaVersion
  return endUserId != null && event.endUserId === endUserId && 'mergedIds' in event.changes
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id))
}
