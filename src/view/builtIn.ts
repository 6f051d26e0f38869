import type { AgentActor } from '../actor.js'
import type { ConversationFilter } from '../conversation/filter.js'
import type { ConversationOrderField } from '../conversation/order.js'
import { publicId } from '../ids.js'

export const viewKinds = [
  'MINE',
  'UNASSIGNED',
  'MENTIONS',
  'SNOOZED',
  'HELD_BY_FIN',
  'HANDED_OFF',
  'ALL',
] as const
export type ViewKind = (typeof viewKinds)[number] | 'SAVED'

/** What every helpdesk has, under the same ids everywhere. */
export interface BuiltInView {
  id: string
  kind: ViewKind
  name: string
  icon: string
  filter: ConversationFilter
  orderField: ConversationOrderField
  isDescending: boolean
}

/** Newest activity first unless said. */
type Shown = Pick<BuiltInView, 'name' | 'icon' | 'filter'> &
  Partial<Pick<BuiltInView, 'orderField' | 'isDescending'>>

const shown: Record<(typeof viewKinds)[number], (agentId: string) => Shown> = {
  MINE: (assigneeId) => ({ name: 'Mine', icon: '🙋', filter: { assigneeId, status: ['OPEN'] } }),
  UNASSIGNED: () => ({ name: 'Unassigned', icon: '📥', filter: { unassigned: true, status: ['OPEN'] } }),
  MENTIONS: () => ({ name: 'Mentions', icon: '💬', filter: { mentioned: true } }),
  SNOOZED: () => ({
    name: 'Snoozed',
    icon: '💤',
    filter: { status: ['SNOOZED'] },
    orderField: 'SNOOZED_UNTIL',
    isDescending: false,
  }),
  HELD_BY_FIN: () => ({ name: 'Held by Fin', icon: '🤖', filter: { heldByFin: true, status: ['OPEN'] } }),
  HANDED_OFF: () => ({ name: 'Handed off', icon: '🤝', filter: { handedOff: true, status: ['OPEN'] } }),
  ALL: () => ({ name: 'All', icon: '🗂️', filter: {} }),
}

/** As an agent has them: ids in filters are public. */
export function builtInViews({ agentId }: AgentActor): BuiltInView[] {
  return viewKinds.map((kind, index) => ({
    // Reserved: no time that an id is made at has these.
    id: `00000000-0000-7000-8000-00000000000${index + 1}`,
    kind,
    orderField: 'LAST_ACTIVITY',
    isDescending: true,
    ...shown[kind](publicId('Agent', agentId)),
  }))
}
