import type { Conversation } from '../generated/prisma/client.js'
import { Priority } from '../generated/prisma/enums.js'

export type ConversationOrderField =
  | 'LAST_ACTIVITY'
  | 'CREATED'
  | 'WAITING_SINCE'
  | 'SNOOZED_UNTIL'
  | 'PRIORITY'

/** One of the values that a list is ordered by; its id is the last. */
interface OrderKey {
  column: keyof Conversation
  sql: string
  type: string
  /** For a cursor. */
  write: (value: never) => string | number
  /** What to ask the database for; undefined when no cursor of ours says so. */
  read: (text: string) => unknown
}

export interface Order {
  /** In a statement's name. */
  name: string
  keys: readonly OrderKey[]
  /** Its index has the status before the key. */
  byStatus: boolean
}

const moment = (column: 'lastActivityAt' | 'createdAt', sql: string): OrderKey => ({
  column,
  sql,
  type: 'timestamptz',
  write: (at: Date) => at.getTime(),
  read: momentIn,
})

const lastActivity = moment('lastActivityAt', 'c.last_activity_at')

/** Of what has no moment: behind all that has one. */
const never = 'infinity'

const momentOrNever = (column: 'waitingSince' | 'snoozedUntil', sql: string): OrderKey => ({
  column,
  sql: `coalesce(${sql}, '${never}')`,
  type: 'timestamptz',
  write: (at: Date | null) => at?.getTime() ?? never,
  read: (text) => (text === never ? never : momentIn(text)),
})

export const orders: Record<ConversationOrderField, Order> = {
  LAST_ACTIVITY: { name: 'activity', keys: [lastActivity], byStatus: false },
  CREATED: { name: 'created', keys: [moment('createdAt', 'c.created_at')], byStatus: false },
  WAITING_SINCE: {
    name: 'wait',
    keys: [momentOrNever('waitingSince', 'c.waiting_since')],
    byStatus: true,
  },
  // Its index has what is snoozed alone: a list of anything else is read whole for each page.
  SNOOZED_UNTIL: {
    name: 'snooze',
    keys: [momentOrNever('snoozedUntil', 'c.snoozed_until')],
    byStatus: false,
  },
  PRIORITY: {
    name: 'prio',
    keys: [
      {
        column: 'priority',
        sql: 'c.priority',
        type: '"Priority"',
        write: (priority: Priority) => priority,
        read: (text) => (Object.hasOwn(Priority, text) ? text : undefined),
      },
      lastActivity,
    ],
    byStatus: true,
  },
}

function momentIn(text: string): Date | undefined {
  const at = new Date(Number(text))
  return at.getTime() >= 0 ? at : undefined
}
