import type { Database } from '../database/database.js'
import { countName, passingStatement, type Statement, statementOnce } from '../database/statement.js'
import type { LoggedEvent } from '../events/event.js'
import { type ConversationFilter, filterShape, filterValues, furtherConditions } from './filter.js'
import { askedSql } from './filterTree.js'
import { totalSql } from './total.js'

/** How many rows a list holds: asked of the database once, then kept up with what happens. */
export interface ListCount {
  total(): Promise<number>
  /** The list grew or shrank by an event. */
  add(event: LoggedEvent, difference: 1 | -1): void
}

/** Of the inboxes given, which the caller has made sure the actor may see into. */
export function countList(db: Database, inboxIds: readonly string[], filter: ConversationFilter): ListCount {
  let counted: Counted | null = null
  return {
    async total() {
      counted ??= await count(db, inboxIds, filter)
      return counted.total
    },
    add({ position, conversationId, revision }, difference) {
      // Not counted yet, or counted with this event in it.
      if (!counted || position <= counted.position) return
      if ((revision ?? 0) <= (counted.unnumbered[conversationId ?? ''] ?? 0)) return
      counted.total += difference
    },
  }
}

interface Counted {
  total: number
  /** Where the log stood. */
  position: number
  /** Conversation → revision of what was committed and had no position yet: it is in the total too. */
  unnumbered: Record<string, number>
}

async function count(
  db: Database,
  inboxIds: readonly string[],
  filter: ConversationFilter,
): Promise<Counted> {
  const values = [inboxIds, ...filterValues(filter)]
  const { conditions } = askedSql(furtherConditions(filter), null, values)
  const [row] = await db.query<Counted>(counting(inboxIds, filter, conditions), values)
  if (!row) throw new Error('The table event_log is empty: the migrations did not run to their end.')
  return row
}

/** All in one statement, so that what it counts and what it says of the log are of the same moment. */
function counting(
  inboxIds: readonly string[],
  filter: ConversationFilter,
  further: readonly string[],
): Statement {
  const text = () => `select l.position, u.unnumbered, (${totalSql(inboxIds, filter, further)}) as total
       from event_log l,
            (select coalesce(json_object_agg(conversation_id, revision), '{}') as unnumbered
               from (select e.conversation_id, max(e.revision) as revision
                       from event_pending p join event e on e.id = p.event_id
                      where e.conversation_id is not null group by e.conversation_id) w) u`
  if (further.length > 0) return passingStatement('conversation.count', text())
  return statementOnce(['conversation.count', countName(inboxIds), ...filterShape(filter)].join('.'), text)
}
