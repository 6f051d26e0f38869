import { expectSame, expectThat, type Point } from '../point.js'
import { expectEnvelope, expectStatus } from './shapes.js'

const written = 'Operation page update_conversation'
const partial = 'Whether the update is partial, and what replaces or merges, is unknown'

export const updatePoints: Point[] = [
  {
    id: 'updateConversation.answer',
    about: 'update_conversation',
    title: 'answers with the conversation, in the envelope of the variant',
    fact: written,
    run: async (probe) => {
      const answer = await probe.update((await probe.open()).id, { title: 'Any' })
      expectEnvelope(probe, answer, (conversation) => typeof conversation?.id === 'string')
    },
  },
  {
    id: 'updateConversation.title',
    about: 'update_conversation',
    title: 'writes the title',
    fact: written,
    run: async (probe) => {
      const { id } = await probe.open()
      await probe.update(id, { title: 'Pricing inquiry' })
      expectSame((await probe.conversation(id))?.title, 'Pricing inquiry')
    },
  },
  {
    id: 'updateConversation.nulls',
    about: 'update_conversation',
    title: 'title and last_user_read_at may be null',
    fact: `${written}: nullable`,
    run: async (probe) => {
      const { id } = await probe.open()
      expectStatus(await probe.update(id, { title: null, last_user_read_at: null }), 200)
    },
  },
  {
    id: 'updateConversation.readAt',
    about: 'update_conversation',
    title: 'takes last_user_read_at',
    fact: written,
    run: async (probe) => {
      const { id } = await probe.open()
      expectStatus(await probe.update(id, { last_user_read_at: new Date().toISOString() }), 200)
    },
  },
  {
    id: 'updateConversation.tags',
    about: 'update_conversation',
    title: 'writes tags',
    fact: written,
    run: async (probe) => {
      const { id } = await probe.open()
      await probe.update(id, { tags: ['pricing'] })
      expectThat(((await probe.conversation(id))?.tags ?? []).includes('pricing'), 'the tag pricing', null)
    },
  },
  {
    id: 'updateConversation.tagsReplace',
    about: 'update_conversation',
    title: 'tags replace those before',
    fact: partial,
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      await probe.update(id, { tags: ['before'] })
      await probe.update(id, { tags: ['after'] })
      const { tags } = (await probe.conversation(id)) ?? {}
      expectThat(!tags?.includes('before'), 'no tag of before', tags)
    },
  },
  {
    id: 'updateConversation.attributes',
    about: 'update_conversation',
    title: 'writes attributes',
    fact: written,
    run: async (probe) => {
      const { id } = await probe.open()
      await probe.update(id, { attributes: { sentiment: 'good' } })
      expectSame((await probe.conversation(id))?.attributes?.sentiment, 'good')
    },
  },
  {
    id: 'updateConversation.attributesMerge',
    about: 'update_conversation',
    title: 'attributes that are not named are kept',
    fact: partial,
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      await probe.update(id, { attributes: { first: 1 } })
      await probe.update(id, { attributes: { second: 2 } })
      expectSame((await probe.conversation(id))?.attributes?.first, 1)
    },
  },
  ...(['resolved', 'closed', 'ended'] as const).map(
    (status): Point => ({
      id: `updateConversation.${status}`,
      about: 'update_conversation',
      title: `writes the status ${status}`,
      fact: `${written}: open, resolved, closed, ended`,
      run: async (probe) => {
        const { id } = await probe.open()
        await probe.update(id, { status })
        expectSame((await probe.conversation(id))?.status, status)
      },
    }),
  ),
  {
    id: 'updateConversation.keeps',
    about: 'update_conversation',
    title: 'what is not named stays',
    fact: partial,
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open({ title: 'Kept' })
      await probe.update(id, { attributes: { a: 1 } })
      expectSame((await probe.conversation(id))?.title, 'Kept')
    },
  },
  {
    id: 'updateConversation.takes',
    about: 'update_conversation',
    title: 'assignee_id may be the agent who stands for Fin',
    fact: written,
    run: async (probe) => {
      const { id } = await probe.open()
      await probe.update(id, { assignee_id: probe.agentId })
      expectSame((await probe.conversation(id))?.assignee?.id, probe.agentId)
    },
  },
  {
    id: 'updateConversation.handover',
    about: 'update_conversation',
    title: 'assignee_id null hands over: nobody is the assignee',
    fact: 'Overview: the only signal of a hand-over',
    run: async (probe) => {
      const { id } = await probe.open()
      await probe.update(id, { assignee_id: null })
      expectSame((await probe.conversation(id))?.assignee ?? null, null)
    },
  },
  {
    id: 'updateConversation.user',
    about: 'update_conversation',
    title: 'attributes of the user are written',
    fact: 'Operation page update_conversation: user, in this variant only',
    variant: 'posts',
    run: async (probe) => {
      const { id, userId } = await probe.open()
      await probe.update(id, { user: { id: userId, attributes: { plan: 'pro' } } })
      expectSame((await probe.conversation(id))?.user?.attributes?.plan, 'pro')
    },
  },
  {
    id: 'updateConversation.odd',
    about: 'update_conversation',
    title: 'odd values are left out rather than refused',
    fact: 'Not on the pages; a refusal would fail every sync',
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      const odd = { status: 'paused', last_user_read_at: 'yesterday', tags: 'none' }
      expectStatus(await probe.update(id, odd), 200)
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
