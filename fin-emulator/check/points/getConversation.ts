import { expectSame, expectThat, type Point } from '../point.js'
import {
  expectEnvelope,
  expectMoment,
  expectProblem,
  expectStatus,
  expectTaken,
  expectTextOrNull,
  expectWholeAgent,
} from './expect.js'

const page = 'Operation page get_conversation'
const schema = 'Schema Conversation'
const errors = 'The errors of operations are unknown'

export const getConversationPoints: Point[] = [
  {
    id: 'getConversation.status',
    about: 'get_conversation',
    title: 'is answered with 200',
    fact: `${page}; the POST-only variant shows no status`,
    assumed: 'posts',
    run: async (probe) => {
      const { id } = await probe.open()
      expectStatus(await probe.call('get_conversation', { conversation_id: id }), 200)
    },
  },
  {
    id: 'getConversation.finds',
    about: 'get_conversation',
    title: 'finds a conversation by its id',
    fact: page,
    run: async (probe) => {
      const { id } = await probe.open()
      const answer = await probe.call('get_conversation', { conversation_id: id })
      expectTaken(answer)
      expectSame(answer.object?.id, id)
    },
  },
  {
    id: 'getConversation.envelope',
    about: 'get_conversation',
    title: 'in the envelope of the variant',
    fact: page,
    run: async (probe) => {
      const { id } = await probe.open()
      const answer = await probe.call('get_conversation', { conversation_id: id })
      expectEnvelope(probe, answer, (conversation) => typeof conversation?.id === 'string')
    },
  },
  {
    id: 'getConversation.isOpen',
    about: 'get_conversation',
    title: 'a new conversation is open',
    fact: `${schema}: open, resolved, closed or ended`,
    run: async (probe) => expectSame((await probe.conversation((await probe.open()).id)).status, 'open'),
  },
  {
    id: 'getConversation.user',
    about: 'get_conversation',
    title: 'has its user: an id, and the user_type end_user',
    fact: `${schema}: user is required; schema EndUser: id and user_type are`,
    run: async (probe) => {
      const { user } = await probe.conversation((await probe.open()).id)
      expectThat(typeof user?.id === 'string' && user.user_type === 'end_user', 'an EndUser', user)
    },
  },
  {
    id: 'getConversation.assignee',
    about: 'get_conversation',
    title: 'the assignee is a whole agent: user_type, name, email',
    fact: `${schema}: an Agent; in the REST variant none of its fields is required`,
    assumed: 'rest',
    run: async (probe) => {
      const { id } = await probe.open()
      expectTaken(await probe.update(id, { assignee_id: probe.agentId }))
      const { assignee } = await probe.conversation(id)
      if (assignee != null) expectWholeAgent(probe, assignee)
    },
  },
  ...(['created_at', 'updated_at'] as const).map(
    (field): Point => ({
      id: `getConversation.${field}`,
      about: 'get_conversation',
      title: `${field} is ISO 8601 in UTC with milliseconds`,
      fact: schema,
      run: async (probe) => {
        const time = (await probe.conversation((await probe.open()).id))[field]
        if (time != null) expectMoment(time)
      },
    }),
  ),
  {
    id: 'getConversation.keys',
    about: 'get_conversation',
    title: 'all keys are sent, also when there is nothing to say',
    fact: `${schema}; whether a key may be missing is unknown`,
    assumed: true,
    run: async (probe) => {
      const conversation = await probe.conversation((await probe.open()).id)
      expectTextOrNull(conversation, ['title'])
      for (const field of ['tags', 'attributes', 'assignee']) {
        expectThat(conversation[field] !== undefined, field, conversation)
      }
      for (const field of ['created_at', 'updated_at']) {
        expectThat(typeof conversation[field] === 'string', field, conversation)
      }
    },
  },
  {
    id: 'getConversation.tags',
    about: 'get_conversation',
    title: 'tags are a list, also when there are none',
    fact: `${schema}; whether they may be null is unknown`,
    assumed: true,
    run: async (probe) => {
      const { tags = [] } = await probe.conversation((await probe.open()).id)
      expectSame(tags, [])
    },
  },
  {
    id: 'getConversation.unknown',
    about: 'get_conversation',
    title: 'an unknown id gets 404',
    fact: errors,
    assumed: true,
    run: async (probe) =>
      expectStatus(await probe.call('get_conversation', { conversation_id: 'conv_unknown' }), 404),
  },
  {
    id: 'getConversation.problem',
    about: 'get_conversation',
    title: 'an error is a problem object, where the variant has it',
    fact: `Schema ProblemDetails; ${errors.toLowerCase()}`,
    assumed: true,
    run: async (probe) => {
      const answer = await probe.call('get_conversation', { conversation_id: 'conv_nothing' })
      if (answer.status >= 400) expectProblem(probe, answer)
    },
  },
]
