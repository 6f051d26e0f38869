import type { Json } from '../calls.js'
import { expectSame, expectThat, type Point } from '../point.js'
import type { Probe } from '../probe.js'
import { expectAttribute, expectEnvelope, expectKept, expectStatus, expectTaken } from './expect.js'

const page = 'Operation page update_conversation'
const partial = 'Whether the update is partial, and what replaces or merges, is unknown'

/** A new conversation after these updates, as get_conversation shows it. */
async function after(probe: Probe, ...changes: object[]): Promise<Json> {
  const { id } = await probe.open()
  for (const change of changes) expectTaken(await probe.update(id, change))
  return probe.conversation(id)
}

export const updateConversationPoints: Point[] = [
  {
    id: 'updateConversation.status',
    about: 'update_conversation',
    title: 'is answered with 200',
    fact: page,
    run: async (probe) => expectStatus(await probe.update((await probe.open()).id, { title: 'Any' }), 200),
  },
  {
    id: 'updateConversation.answer',
    about: 'update_conversation',
    title: 'answers with the conversation, in the envelope of the variant',
    fact: page,
    run: async (probe) => {
      const { id } = await probe.open()
      expectEnvelope(probe, await probe.update(id, { title: 'Any' }), (shown) => shown?.id === id)
    },
  },
  {
    id: 'updateConversation.title',
    about: 'update_conversation',
    title: 'writes the title',
    fact: page,
    run: async (probe) =>
      expectKept((await after(probe, { title: 'Pricing inquiry' })).title, 'Pricing inquiry'),
  },
  {
    id: 'updateConversation.nulls',
    about: 'update_conversation',
    title: 'title and last_user_read_at may be null',
    fact: `${page}: nullable`,
    run: async (probe) =>
      expectTaken(await probe.update((await probe.open()).id, { title: null, last_user_read_at: null })),
  },
  {
    id: 'updateConversation.readAt',
    about: 'update_conversation',
    title: 'takes last_user_read_at',
    fact: page,
    run: async (probe) => {
      const last_user_read_at = new Date().toISOString()
      expectTaken(await probe.update((await probe.open()).id, { last_user_read_at }))
    },
  },
  {
    id: 'updateConversation.tags',
    about: 'update_conversation',
    title: 'writes tags',
    fact: page,
    run: async (probe) => {
      const { tags } = await after(probe, { tags: ['pricing'] })
      expectThat(tags === undefined || tags?.includes('pricing'), 'the tag pricing', tags)
    },
  },
  {
    id: 'updateConversation.tagsReplace',
    about: 'update_conversation',
    title: 'tags replace those before',
    fact: partial,
    assumed: true,
    run: async (probe) => {
      const { tags } = await after(probe, { tags: ['before'] }, { tags: ['after'] })
      expectThat(!tags?.includes('before'), 'no tag of before', tags)
    },
  },
  {
    id: 'updateConversation.attributes',
    about: 'update_conversation',
    title: 'writes attributes',
    fact: page,
    run: async (probe) =>
      expectAttribute(await after(probe, { attributes: { sentiment: 'good' } }), 'sentiment', 'good'),
  },
  {
    id: 'updateConversation.attributesMerge',
    about: 'update_conversation',
    title: 'attributes that are not named are kept',
    fact: partial,
    assumed: true,
    run: async (probe) => {
      const conversation = await after(probe, { attributes: { first: 1 } }, { attributes: { second: 2 } })
      expectAttribute(conversation, 'first', 1)
    },
  },
  ...(['resolved', 'closed', 'ended'] as const).map(
    (status): Point => ({
      id: `updateConversation.${status}`,
      about: 'update_conversation',
      title: `writes the status ${status}`,
      fact: `${page}: open, resolved, closed, ended`,
      run: async (probe) => expectSame((await after(probe, { status })).status, status),
    }),
  ),
  {
    id: 'updateConversation.reopens',
    about: 'update_conversation',
    title: 'writes the status open again',
    fact: `${page}: open, resolved, closed, ended`,
    run: async (probe) => {
      const { status } = await after(probe, { status: 'resolved' }, { status: 'open' })
      expectThat(status !== 'resolved', 'open', status)
    },
  },
  {
    id: 'updateConversation.keeps',
    about: 'update_conversation',
    title: 'what is not named stays',
    fact: partial,
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open({ title: 'Kept' })
      const before = await probe.conversation(id)
      expectTaken(await probe.update(id, { attributes: { a: 1 } }))
      expectSame((await probe.conversation(id)).title, before.title)
    },
  },
  {
    id: 'updateConversation.takes',
    about: 'update_conversation',
    title: 'assignee_id may be the agent who stands for Fin',
    fact: page,
    run: async (probe) => {
      const { assignee } = await after(probe, { assignee_id: probe.agentId })
      if (assignee !== undefined) expectSame(assignee?.id, probe.agentId)
    },
  },
  {
    id: 'updateConversation.handover',
    about: 'update_conversation',
    title: 'assignee_id null hands over: the Fin agent is no longer the assignee',
    fact: 'Overview: the only signal of a hand-over',
    run: async (probe) => {
      const { assignee } = await after(probe, { assignee_id: probe.agentId }, { assignee_id: null })
      expectThat(assignee?.id !== probe.agentId, 'nobody, a person or a team', assignee)
    },
  },
  {
    id: 'updateConversation.user',
    about: 'update_conversation',
    title: 'attributes of the user are written',
    fact: `${page}: user, in this variant only`,
    variant: 'posts',
    run: async (probe) => {
      const { id, userId } = await probe.open()
      expectTaken(await probe.update(id, { user: { id: userId, attributes: { plan: 'pro' } } }))
      expectAttribute(await probe.readUser(userId), 'plan', 'pro')
    },
  },
  {
    id: 'updateConversation.odd',
    about: 'update_conversation',
    title: 'odd values are left out rather than refused',
    fact: 'Not on the pages; a refusal would fail every sync',
    assumed: true,
    run: async (probe) => {
      const odd = { status: 'paused', last_user_read_at: 'yesterday', tags: 'none' }
      expectTaken(await probe.update((await probe.open()).id, odd))
    },
  },
  {
    id: 'updateConversation.nothing',
    about: 'update_conversation',
    title: 'a write that changes nothing leaves updated_at',
    fact: 'Not on the pages; Fin ends each sync with a write',
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      const before = (await probe.update(id, { title: 'Same' })).object?.updated_at
      const after = (await probe.update(id, { title: 'Same' })).object?.updated_at
      expectSame(after, before)
    },
  },
  {
    id: 'updateConversation.unknown',
    about: 'update_conversation',
    title: 'an unknown conversation gets 404',
    fact: 'The errors of operations are unknown',
    assumed: true,
    run: async (probe) => expectStatus(await probe.update('conv_unknown', { title: 'Any' }), 404),
  },
]
