import type { Actor } from '../actor.js'
import { unknownId } from '../ids.js'
import type { ConversationFilter, TimeSpan } from './filter.js'

/** A filter as it is said and saved, in words that mean something else for each who asks and at each time. */
export interface GivenFilter extends ConversationFilter {
  and?: readonly GivenFilter[] | null
  or?: readonly GivenFilter[] | null
  not?: GivenFilter | null
  assignedToMe?: boolean | null
  createdAt?: GivenSpan | null
  lastActivityAt?: GivenSpan | null
  waitingSince?: GivenSpan | null
  snoozedUntil?: GivenSpan | null
}

/** In seconds before now; below 0 after it. */
export interface GivenSpan extends TimeSpan {
  /** Inclusive. */
  afterAgo?: number | null
  /** Exclusive. */
  beforeAgo?: number | null
}

export interface Asking {
  actor: Actor | null
  now: Date
}

const spans = ['createdAt', 'lastActivityAt', 'waitingSince', 'snoozedUntil'] as const

/** What a filter means for whoever asks now. */
export function filterFor(given: GivenFilter, asking: Asking): ConversationFilter {
  const { and, or, not, assignedToMe, ...own } = given
  const meant = (inner: GivenFilter) => filterFor(inner, asking)
  const filter: ConversationFilter = { ...own }
  for (const field of spans) {
    const span = own[field]
    if (span) filter[field] = spanAt(span, asking.now)
  }
  const all = (and ?? []).map(meant)
  if (assignedToMe != null) {
    const assigneeId = askerIn(asking)
    if (!assignedToMe) all.push({ not: { assigneeId } })
    else if (own.assigneeId == null) filter.assigneeId = assigneeId
    else all.push({ assigneeId })
  }
  if (all.length > 0) filter.and = all
  if (or) filter.or = or.map(meant)
  if (not) filter.not = meant(not)
  return filter
}

/** Only agents hold conversations. */
function askerIn({ actor }: Asking): string {
  return actor?.kind === 'AGENT' ? actor.agentId : unknownId
}

function spanAt({ after, before, afterAgo, beforeAgo }: GivenSpan, now: Date): TimeSpan {
  const [firstEnd] = moments(before, beforeAgo, now)
  return { after: moments(after, afterAgo, now).at(-1) ?? null, before: firstEnd ?? null }
}

/** Earliest first. */
function moments(at: Date | null | undefined, ago: number | null | undefined, now: Date): Date[] {
  const all = [...(at ? [at] : []), ...(ago == null ? [] : [new Date(now.getTime() - ago * 1_000)])]
  return all.sort((one, other) => one.getTime() - other.getTime())
}
