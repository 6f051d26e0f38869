import type { Actor } from '../actor.js'
import type { Database } from '../database/database.js'
import type { LoggedEvent } from '../events/event.js'
import { follow } from '../events/follow.js'
import type { Resumption } from '../events/resume.js'
import { stoppable } from '../events/stoppable.js'
import type { Tail } from '../events/tail.js'
import type { Told } from '../events/told.js'
import { isInReach } from '../inbox/access.js'
import type { ConversationView } from './read.js'

/** What one who watches a conversation gets. */
export type Sighting = Told & { conversationId: string } & (
    | { kind: 'SNAPSHOT'; conversation: ConversationView }
    | { kind: 'EVENT'; event: LoggedEvent }
    /** The cursor cannot be resumed. */
    | { kind: 'RESYNC' }
    /** The conversation is no longer in sight: nothing comes after it. */
    | { kind: 'LOST' }
  )

export interface WatchConversationOptions {
  start: Resumption
  /** It goes on from where the subscriber was, who has the conversation. */
  resumes: boolean
  /** As it was after `start` was read. */
  conversation: ConversationView
  /** Whether to begin with the conversation as it is. */
  snapshot: boolean
  wants: (event: LoggedEvent) => boolean
  /** Who is asking, as of now; null ends the stream. */
  actor: () => Promise<Actor | null>
}

/** The events of one conversation after a position, one by one, until it is no longer in sight. */
export function watchConversation(
  db: Database,
  tail: Tail,
  { start, resumes, conversation, snapshot, wants, actor }: WatchConversationOptions,
): AsyncGenerator<Sighting, void> {
  const { id: conversationId, inboxId } = conversation
  const source = follow(db, tail, {
    after: start.position,
    wants: (event) => event.conversationId === conversationId && wants(event),
    // Its events must come even when they may not be shown, so that the stream ends: each is checked below.
    actor: async () => {
      const present = await actor()
      return present && { inboxIds: [inboxId] }
    },
  })

  async function* run(): AsyncGenerator<Sighting, void> {
    const beginning = { conversationId, position: start.position, isBeginning: true }
    if (start.lost) yield { kind: 'RESYNC', ...beginning, goesOn: snapshot }
    if (snapshot && !resumes) yield { kind: 'SNAPSHOT', ...beginning, conversation }
    for await (const events of source) {
      for (const event of events) {
        const present = await actor()
        if (!present) return
        if (!isInReach(present, { inboxId })) {
          yield { kind: 'LOST', conversationId, position: event.position, isLast: true }
          return
        }
        yield { kind: 'EVENT', conversationId, position: event.position, event }
      }
    }
  }

  return stoppable(run(), () => void source.return())
}
