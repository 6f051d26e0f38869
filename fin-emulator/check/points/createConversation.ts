import { objectId } from '../objectId.js'
import { openedAt } from '../opened.js'
import { expectSame, expectThat, type Point } from '../point.js'
import type { Probe } from '../probe.js'
import { expectAttribute, expectKept, expectRefused, expectStatus, expectTaken } from './expect.js'

const page = 'Operation page create_conversation'
const sacred = 'Overview: when it fails, Fin apologises and ends the conversation'

/** A new conversation as get_conversation shows it. */
const opened = async (probe: Probe, ...given: Parameters<Probe['open']>) =>
  probe.conversation((await probe.open(...given)).id)

export const createConversationPoints: Point[] = [
  {
    id: 'createConversation.both',
    about: 'create_conversation',
    title: 'the answer has the conversation and the message, each with an id',
    fact: `${page}: both, so that ids can be mapped`,
    run: async (probe) => {
      const { message, body } = await probe.open()
      expectThat(typeof message?.id === 'string', 'conversation and message', body)
    },
  },
  {
    id: 'createConversation.names',
    about: 'create_conversation',
    title: 'they are named `conversation` and `message`',
    fact: 'Their names are unknown',
    assumed: true,
    run: async (probe) => {
      const { conversation, message, object } = await probe.open()
      const isNamed = object?.conversation === conversation && object?.message === message
      expectThat(isNamed, '`conversation` and `message`', object)
    },
  },
  {
    id: 'createConversation.whole',
    about: 'create_conversation',
    title: 'they have what is required of a conversation and of a message',
    fact: 'Schemas Conversation and Message; that the answer has the whole of them is not shown',
    assumed: true,
    run: async (probe) => {
      const { conversation, message } = await probe.open()
      for (const field of ['status', 'user']) {
        expectThat(conversation?.[field] != null, `${field} of the conversation`, conversation)
      }
      if (message === undefined) return
      for (const field of ['conversation_id', 'message_type', 'author', 'visibility', 'created_at']) {
        expectThat(message[field] != null, `${field} of the message`, message)
      }
    },
  },
  {
    id: 'createConversation.status',
    about: 'create_conversation',
    title: 'is answered with 201',
    fact: 'The status is unknown',
    assumed: true,
    run: async (probe) => expectStatus(await probe.open(), 201),
  },
  {
    id: 'createConversation.bare',
    about: 'create_conversation',
    title: 'both stand at the top level',
    fact: 'The envelope is unknown',
    assumed: true,
    run: async (probe) => {
      const { body } = await probe.open()
      expectThat(Boolean(openedAt(body).conversation?.id), 'a conversation at the top level', body)
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
      const { body } = await probe.open()
      expectThat(Boolean(openedAt(body?.data).conversation?.id), 'a conversation under `data`', body)
    },
  },
  {
    id: 'createConversation.user',
    about: 'create_conversation',
    title: 'belongs to the user that was named',
    fact: page,
    run: async (probe) => {
      const { id, userId } = await probe.open()
      expectKept((await probe.conversation(id)).user?.id, userId)
    },
  },
  {
    id: 'createConversation.title',
    about: 'create_conversation',
    title: 'keeps the title',
    fact: page,
    run: async (probe) => expectKept((await opened(probe, { title: 'Pricing' })).title, 'Pricing'),
  },
  {
    id: 'createConversation.attributes',
    about: 'create_conversation',
    title: 'keeps the attributes of the conversation, at the place of the variant',
    fact: `${page}: top level in the POST-only variant, within initial_message in the other`,
    run: async (probe) =>
      expectAttribute(await opened(probe, { attributes: { locale: 'fr' } }), 'locale', 'fr'),
  },
  {
    id: 'createConversation.apart',
    about: 'create_conversation',
    title: 'attributes of the conversation and of its user are two maps',
    fact: 'Schemas Conversation and EndUser: each has attributes of its own',
    run: async (probe) => {
      const { user } = await opened(probe, { attributes: { topic: 'x' } })
      expectThat(user?.attributes?.topic === undefined, 'no topic with the user', user)
    },
  },
  {
    id: 'createConversation.author',
    about: 'create_conversation',
    title: 'the first message is by the user',
    fact: page,
    run: async (probe) => {
      const { id, userId } = await probe.open()
      for (const { author } of await probe.messages(id)) expectKept(author?.id, userId)
    },
  },
  {
    id: 'createConversation.unknownUser',
    about: 'create_conversation',
    title: 'an unknown user does not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => expectTaken(await probe.tryToOpen({ user: { id: `user_${objectId()}` } })),
  },
  {
    id: 'createConversation.noUser',
    about: 'create_conversation',
    title: 'no user at all does not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => expectTaken(await probe.tryToOpen({ user: null })),
  },
  {
    id: 'createConversation.odd',
    about: 'create_conversation',
    title: 'odd values do not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => {
      const message = { visibility: 'secret', created_at: '?' }
      expectTaken(await probe.tryToOpen({ title: { odd: true }, message }))
    },
  },
  {
    id: 'createConversation.unknownFields',
    about: 'create_conversation',
    title: 'unknown fields do not make it fail',
    fact: sacred,
    assumed: true,
    run: async (probe) => expectTaken(await probe.tryToOpen({ message: { some_new_field: { a: 1 } } })),
  },
  {
    id: 'createConversation.empty',
    about: 'create_conversation',
    title: 'a first message of nothing is refused',
    fact: 'Schema MessageInput of the POST-only variant: a body or attachments or both, never empty',
    assumed: 'rest',
    run: async (probe) => expectRefused(await probe.tryToOpen({ message: { body: '' } })),
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
      expectSame([second.id, second.message?.id], [first.id, first.message?.id])
    },
  },
]
