import type { AndThen } from '../src/conversation/andThen.js'
import { builder } from './builder.js'
import { ConversationStatusEnum } from './enums.js'
import { optionalId } from './node.js'

const AssignToInput = builder.inputType('AssignToInput', {
  description: 'Who is to hold a conversation: an agent, a team, or both; nobody when neither is given.',
  fields: (t) => ({
    agentId: t.id({ description: 'An agent of its inbox.' }),
    teamId: t.id({ description: 'A team.' }),
  }),
})

export const AndThenInput = builder.inputType('AndThenInput', {
  description:
    'What becomes of the conversation with the message, in the same change and behind it; what is left out stays.',
  fields: (t) => ({
    status: t.field({ type: ConversationStatusEnum, description: 'Not SNOOZED: give `snoozedUntil`.' }),
    snoozedUntil: t.field({ type: 'DateTime', description: 'It is put aside, and wakes then.' }),
    assignTo: t.field({ type: AssignToInput, description: 'Who holds it.' }),
  }),
})

/** With stored ids. */
export function andThenIn(given: AndThen | null | undefined): AndThen | null | undefined {
  const { assignTo } = given ?? {}
  if (!assignTo) return given
  return {
    ...given,
    assignTo: { agentId: optionalId('Agent', assignTo.agentId), teamId: optionalId('Team', assignTo.teamId) },
  }
}
