import type { EventFields } from './event.js'
import type { ConversationRevision } from './options.js'

/** Of those that events brought, more are forgotten, the oldest first: a page may stay open for months. */
const conversations = 10_000
const cursors = 1_000

/** What the app has already: from its snapshot, and from the events it was given. */
export interface Seen {
  learn(loaded: Iterable<ConversationRevision>): void
  /** Whether it brings something new; from then on it is seen. */
  isNew(event: EventFields): boolean
  forget(): void
}

export function createSeen(): Seen {
  const revisions = new Map<string, number>()
  const given = new Map<string, true>()
  let limit = conversations

  return {
    learn(loaded) {
      for (const { id, revision } of loaded) revisions.set(id, revision)
      limit = revisions.size + conversations
    },
    isNew({ cursor, revision, conversation }) {
      if (given.has(cursor)) return false
      remember(given, cursor, true, cursors)
      if (!conversation || revision == null) return true
      if (revision <= (revisions.get(conversation.id) ?? 0)) return false
      remember(revisions, conversation.id, revision, limit)
      return true
    },
    forget() {
      revisions.clear()
      given.clear()
    },
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value, limit: number) {
  map.delete(key)
  map.set(key, value)
  if (map.size <= limit) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
