import type { AttributeCondition, ConversationFilter } from '../src/conversation/filter.js'
import { requireFilter } from '../src/conversation/filterLimits.js'
import { type Asking, filterFor, type GivenFilter } from '../src/conversation/givenFilter.js'
import { type NodeType, storedId, unknownId } from '../src/ids.js'
import { builder } from './builder.js'
import { ConversationStatusEnum, PriorityEnum } from './enums.js'

const AttributeConditionInput = builder.inputRef<AttributeCondition>('AttributeCondition').implement({
  description: 'What an attribute is asked. With neither `value` nor `exists`: that there is one.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its key.' }),
    value: t.field({ type: 'JSON', description: 'It equals this.' }),
    exists: t.boolean({ description: 'True: there is one by this key; false: there is none.' }),
  }),
})

const TimeSpanInput = builder.inputType('TimeSpan', {
  description:
    'A span of time; all that is given bounds it. Nothing lies in it that has no moment. What is given from now is reckoned anew each time that the list is read, also in a view.',
  fields: (t) => ({
    after: t.field({ type: 'DateTime', description: 'At this moment or later.' }),
    before: t.field({ type: 'DateTime', description: 'Before this moment.' }),
    afterAgo: t.int({
      description:
        'At the moment so many seconds before now, or later: 86400 says not longer ago than a day. Below 0: so many after now.',
    }),
    beforeAgo: t.int({
      description:
        'Before the moment so many seconds before now: 86400 says longer ago than a day. Below 0: so many after now, as -86400 for `snoozedUntil` says less than a day from now.',
    }),
  }),
})

/** With public ids. */
const FilterInput = builder.inputRef<GivenFilter>('ConversationFilter')

export const ConversationFilterInput = FilterInput.implement({
  description:
    'Which conversations; all given conditions hold together. At most 50 conditions, with filters in it at most 5 deep.',
  fields: (t) => ({
    and: t.field({ type: [FilterInput], description: 'All of these hold, too.' }),
    or: t.field({ type: [FilterInput], description: 'At least one of these holds; of none, none does.' }),
    not: t.field({ type: FilterInput, description: 'This does not hold.' }),
    inboxId: t.id({ description: 'Of this inbox.' }),
    status: t.field({ type: [ConversationStatusEnum], description: 'With any of these.' }),
    assigneeId: t.id({ description: 'Held by this agent.' }),
    assignedToMe: t.boolean({ description: 'Whether you hold it: in a shared view, whoever looks.' }),
    unassigned: t.boolean({ description: 'True: held by no agent. False asks nothing.' }),
    heldByFin: t.boolean({ description: 'Whether Fin, or another bot, holds it.' }),
    handedOff: t.boolean({ description: 'Whether Fin has let go of it, and nobody has taken it since.' }),
    teamId: t.id({ description: 'Held by this team.' }),
    noTeam: t.boolean({ description: 'True: held by no team; false: by any.' }),
    endUserId: t.id({ description: 'Of this end-user.' }),
    priority: t.field({ type: [PriorityEnum], description: 'With any of these.' }),
    tagIds: t.idList({ description: 'With any of these tags; at most 100.' }),
    attribute: t.field({
      type: AttributeConditionInput,
      description: 'What one of its attributes is asked.',
    }),
    text: t.string({
      description:
        'Words, capitals or not, at most 200 characters; the last may go on if it has three letters. In Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer, letters that stand together, such as a part of a sentence. All stand in its title, in one message, or in its end-user’s name or e-mail address; in notes where you see those. A text without a word is found nowhere.',
    }),
    unread: t.boolean({
      description: 'Whether it has messages after the last that you have read.',
      extensions: { isLogged: false },
    }),
    mentioned: t.boolean({
      description: 'Whether a note in it mentions you, or a team of yours.',
      extensions: { isLogged: false },
    }),
    waiting: t.boolean({ description: 'Whether its end-user waits for an answer.' }),
    createdAt: t.field({ type: TimeSpanInput, description: 'When it was opened.' }),
    lastActivityAt: t.field({ type: TimeSpanInput, description: 'When its last message came.' }),
    waitingSince: t.field({ type: TimeSpanInput, description: 'Since when its end-user waits.' }),
    snoozedUntil: t.field({ type: TimeSpanInput, description: 'When it wakes.' }),
  }),
})

const ids = { inboxId: 'Inbox', assigneeId: 'Agent', teamId: 'Team', endUserId: 'EndUser' } as const

/** What a filter that was given means for whoever asks, with the ids that are stored; throws ValidationError. */
export function filterOf(given: GivenFilter | null | undefined, asking: Asking): ConversationFilter {
  requireFilter(given ?? {})
  return filterFor(stored(given ?? {}), asking)
}

function stored({ and, or, not, tagIds, ...own }: GivenFilter): GivenFilter {
  const filter: GivenFilter = { ...own }
  for (const [field, type] of Object.entries(ids) as [keyof typeof ids, NodeType][]) {
    const id = own[field]
    // A malformed id is an unknown one.
    if (id != null) filter[field] = storedId(type, id) ?? unknownId
  }
  if (tagIds) filter.tagIds = tagIds.map((id) => storedId('Tag', id) ?? unknownId)
  if (and) filter.and = and.map(stored)
  if (or) filter.or = or.map(stored)
  if (not) filter.not = stored(not)
  return filter
}
