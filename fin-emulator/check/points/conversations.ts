import { expectSame, expectThat, type Point } from '../point.js'
import { objectId } from '../probe.js'
import { expectEnvelope, expectMoment, expectProblem, expectStatus } from './shapes.js'

const created = 'Operation page create_conversation'
const sacred = 'Overview: when it fails, Fin apologises and ends the conversation'
const schema = 'Schema Conversation'

export const conversationPoints: Point[] = [
  {
    id: 'createConversation.both',
    about: 'create_conversation',
    title: 'the answer has the conversation and the message, each with an id',
    fact: `${created}: both, so that ids can be mapped; their names are inferred`,
    run: async (probe) => {
      const { object } = await probe.open()
      expectThat(typeof object?.message?.id === 'string', 'conversation and message', object)
    },
  },
  {
    id: 'createConversation.status',
    about: 'create_conversation',
    title: 'is answered with 201',
    fact: 'The status is unknown',
    assumed: true,
    run: async (probe) => expectStatus(await probe.open({}), 201),
  },
  {
    id: 'createConversation.bare',
    about: 'create_conversation',
    title: 'both stand at the top level',
    fact: 'The envelope is unknown',
    assumed: true,
    run: async (probe) => {
      const { body } = await probe.open({})
      expectThat(typeof body?.conversation?.id === 'string', '`conversation` at the top level', body)
    },
  },
  {
    id: 'createConversation.data',
    about: 'create_conversation',
    title: 'both stand under `data` too',
    fact: 'The envelope is unknown',
    variant: 'posts',
    assumed: true,
    run: async (probe) => {
      const { body } = await probe.open({})
      expectThat(typeof body?.data?.conversation?.id === 'string', '`conversation` under `data`', body)
    },
  },
  {
    id: 'createConversation.user',
    about: 'create_conversation',
    title: 'belongs to the user that was named',
    fact: created,
    run: async (probe) => {
      const { object, userId } = await probe.open()
      expectSame(object?.conversation?.user?.id, userId)
    },
  },
  {
    id: 'createConversation.title',
    about: 'create_conversation',
    title: 'keeps the title',
    fact: created,
    run: async (probe) => {
      const { object } = await probe.open({ title: 'Pricing' })
      expectSame(object?.conversation?.title, 'Pricing')
    },
  },
  {
    id: 'createConversation.attributes',
    about: 'create_conversation',
    title: 'keeps the attributes of the conversation, at the place of the variant',
    fact: `${created}: top level in the POST-only variant, within initial_message in the other`,
    run: async (probe) => {
      const { object } = await probe.open({ attributes: { locale: 'fr' } })
      expectSame(object?.conversation?.attributes?.locale, 'fr')
    },
  },
  {
    id: 'createConversation.apart',
    about: 'create_conversation',
    title: 'attributes of the conversation and of its user are two maps',
    fact: 'FAQ: conversation.attributes and conversation.user.attributes',
    run: async (probe) => {
      const { object } = await probe.open({ attributes: { topic: 'x' } })
      const { attributes } = object?.conversation?.user ?? {}
      expectThat(attributes?.topic === undefined, 'no topic with the user', attributes)
    },
  },
  {
    id: 'createConversation.body',
    about: 'create_conversation',
    title: 'the first message has the body that was sent',
    fact: created,
    run: async (probe) => {
      const { object } = await probe.open({ message: { body: '<p>First words</p>' } })
      expectThat(String(object?.message?.body).includes('First words'), 'the body', object?.message)
    },
  },
  {
    id: 'createConversation.author',
    about: 'create_conversation',
    title: 'the first message is by the user',
    fact: created,
    run: async (probe) => {
      const { object, userId } = await probe.open()
      expectSame(object?.message?.author?.id, userId)
    },
  },
  {
    id: 'createConversation.unknownUser',
    about: 'create_conversation',
    title: 'an unknown user does not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => {
      const { status } = await probe.open({ user: { id: `user_${objectId()}` } })
      expectThat(status < 300, 'success', status)
    },
  },
  {
    id: 'createConversation.noUser',
    about: 'create_conversation',
    title: 'no user at all does not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => {
      const { status } = await probe.open({ user: null })
      expectThat(status < 300, 'success', status)
    },
  },
  {
    id: 'createConversation.odd',
    about: 'create_conversation',
    title: 'odd values do not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => {
      const { status } = await probe.open({
        title: { odd: true },
        message: { visibility: 'secret', created_at: '?' },
      })
      expectThat(status < 300, 'success', status)
    },
  },
  {
    id: 'createConversation.unknownFields',
    about: 'create_conversation',
    title: 'unknown fields do not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => {
      const { status } = await probe.open({ message: { some_new_field: { a: 1 } } })
      expectThat(status < 300, 'success', status)
    },
  },
  {
    id: 'createConversation.empty',
    about: 'create_conversation',
    title: 'a first message of nothing is refused',
    fact: 'Schema MessageInput: a body or attachments or both, never empty',
    run: async (probe) => {
      const { status } = await probe.open({ message: { body: '' } })
      expectThat(status >= 400 && status < 500, 'a 4xx', status)
    },
  },
  {
    id: 'createConversation.repeat',
    about: 'create_conversation',
    title: 'a repeat with the same object_id gives the same conversation and message',
    fact: 'FAQ: object_id for idempotency; the answer to a repeat is unknown',
    assumed: true,
    run: async (probe) => {
      const given = {
        objectId: objectId(),
        user: { id: await probe.user() },
        message: { object_id: objectId() },
      }
      const [first, second] = [await probe.open(given), await probe.open(given)]
      expectSame([second.id, second.object?.message?.id], [first.id, first.object?.message?.id])
    },
  },
  {
    id: 'getConversation.finds',
    about: 'get_conversation',
    title: 'finds a conversation by its id',
    fact: 'Operation page get_conversation',
    run: async (probe) => {
      const { id } = await probe.open()
      const { status, object } = await probe.call('get_conversation', { conversation_id: id })
      expectSame([status, object?.id], [200, id])
    },
  },
  {
    id: 'getConversation.envelope',
    about: 'get_conversation',
    title: 'in the envelope of the variant',
    fact: 'Operation page get_conversation',
    run: async (probe) => {
      const { id } = await probe.open()
      const answer = await probe.call('get_conversation', { conversation_id: id })
      expectEnvelope(probe, answer, (conversation) => typeof conversation?.user === 'object')
    },
  },
  {
    id: 'getConversation.status',
    about: 'get_conversation',
    title: 'a new conversation is open',
    fact: `${schema}: open, resolved, closed or ended`,
    run: async (probe) => {
      const { id } = await probe.open()
      expectSame((await probe.conversation(id))?.status, 'open')
    },
  },
  ...(['created_at', 'updated_at'] as const).map(
    (field): Point => ({
      id: `getConversation.${field}`,
      about: 'get_conversation',
      title: `${field} is ISO 8601 in UTC with milliseconds`,
      fact: schema,
      run: async (probe) => {
        const { id } = await probe.open()
        expectMoment((await probe.conversation(id))?.[field])
      },
    }),
  ),
  {
    id: 'getConversation.tags',
    about: 'get_conversation',
    title: 'tags are a list, also when there are none',
    fact: `${schema}; whether they may be null is unknown`,
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      expectSame((await probe.conversation(id))?.tags, [])
    },
  },
  {
    id: 'getConversation.unknown',
    about: 'get_conversation',
    title: 'an unknown id gets 404',
    fact: 'The errors of operations are unknown',
    assumed: true,
    run: async (probe) => {
      expectStatus(await probe.call('get_conversation', { conversation_id: 'conv_unknown' }), 404)
    },
  },
  {
    id: 'getConversation.problem',
    about: 'get_conversation',
    title: 'an error is a problem object, where the variant has it',
    fact: 'Schema ProblemDetails; the errors of operations are unknown',
    assumed: true,
    run: async (probe) => {
      const answer = await probe.call('get_conversation', { conversation_id: 'conv_nothing' })
      if (answer.status >= 400) expectProblem(probe, answer)
    },
  },
]
