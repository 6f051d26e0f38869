export const conversationFields = `
  id revision title status preview lastActivityAt handedOffAt waitingSince
  inbox { name }
  endUser { name email }
  assignee { name isBot }
  team { name }
`

export interface Conversation {
  id: string
  revision: number
  title: string | null
  status: string
  preview: string | null
  lastActivityAt: string
  handedOffAt: string | null
  waitingSince: string | null
  inbox: { name: string }
  endUser: { name: string | null; email: string | null }
  assignee: { name: string; isBot: boolean } | null
  team: { name: string } | null
}

export function customerOf({ endUser }: Conversation): string {
  return endUser.name ?? endUser.email ?? 'Somebody'
}

/** Whose turn it is. */
export function holderOf({ assignee, team, handedOffAt }: Conversation): string {
  if (assignee) return assignee.name
  if (team) return `team ${team.name}`
  return handedOffAt ? 'waits for a human' : 'unassigned'
}
