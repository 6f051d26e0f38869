import type { Json } from '../calls.js'
import { listed } from '../listed.js'
import { objectId } from '../objectId.js'
import { expectSame, expectThat, type Point } from '../point.js'
import type { Known, Probe } from '../probe.js'
import {
  expectEnvelope,
  expectMoment,
  expectStatus,
  expectTaken,
  expectTextOrNull,
  expectWholeAgent,
} from './expect.js'

const page = 'Operation page get_messages'
const schema = 'Schema Message'
const required = `${schema}: required`

/** Looks at each message of a conversation in which the end-user and Fin spoke. */
async function forEach(probe: Probe, look: (message: Json, conversation: Known) => void): Promise<void> {
  const conversation = await probe.open()
  expectTaken(await probe.say(conversation))
  expectTaken(await probe.say(conversation, { author: { id: probe.agentId, user_type: 'agent' } }))
  for (const message of await probe.messages(conversation.id)) look(message, conversation)
}

/** Says words that are in no other message, and returns them. */
async function sayWords(probe: Probe, conversation: Known): Promise<string> {
  const words = objectId()
  expectTaken(await probe.say(conversation, { body: `<p>${words}</p>` }))
  return words
}

const has = (words: string) => (message: Json) => String(message?.body).includes(words)

export const getMessagesPoints: Point[] = [
  {
    id: 'getMessages.status',
    about: 'get_messages',
    title: 'is answered with 200',
    fact: page,
    run: async (probe) => {
      const { id } = await probe.open()
      expectStatus(await probe.call('get_messages', { conversation_id: id }), 200)
    },
  },
  {
    id: 'getMessages.list',
    about: 'get_messages',
    title: 'is a list, in the envelope of the variant',
    fact: page,
    run: async (probe) => {
      const { id } = await probe.open()
      expectEnvelope(probe, await probe.call('get_messages', { conversation_id: id }), Array.isArray)
    },
  },
  {
    id: 'getMessages.first',
    about: 'get_messages',
    title: 'has the message that the conversation began with',
    fact: page,
    run: async (probe) => {
      const { id } = await probe.open({ message: { body: '<p>The very first</p>' } })
      const messages = await probe.messages(id)
      expectThat(messages.some(has('The very first')), 'the first message', messages)
    },
  },
  {
    id: 'getMessages.order',
    about: 'get_messages',
    title: 'oldest first',
    fact: 'The order is unknown',
    assumed: true,
    run: async (probe) => {
      const conversation = await probe.open()
      const said = [await sayWords(probe, conversation), await sayWords(probe, conversation)]
      const messages = await probe.messages(conversation.id)
      const places = said.map((words) => messages.findIndex(has(words))).filter((place) => place >= 0)
      expectSame(
        places,
        [...places].sort((a, b) => a - b),
      )
    },
  },
  {
    id: 'getMessages.after',
    about: 'get_messages',
    title: 'after_id leaves out nothing that came later',
    fact: `${page}: an optimisation; everything may be returned`,
    run: async (probe) => {
      const conversation = await probe.open()
      const seen = await listed(probe, conversation)
      const later = await sayWords(probe, conversation)
      const messages = await probe.messages(conversation.id, seen?.id)
      expectThat(messages.some(has(later)), 'the later message', messages)
    },
  },
  {
    id: 'getMessages.unknownAfter',
    about: 'get_messages',
    title: 'an unknown after_id leaves out nothing',
    fact: 'The answer to an unknown after_id is unknown',
    assumed: true,
    run: async (probe) => {
      const conversation = await probe.open()
      const words = await sayWords(probe, conversation)
      const messages = await probe.messages(conversation.id, 'msg_unknown')
      expectThat(messages.some(has(words)), 'all messages', messages)
    },
  },
  {
    id: 'getMessages.id',
    about: 'get_messages',
    title: 'each has an id of its own',
    fact: required,
    run: async (probe) => {
      const ids: unknown[] = []
      await forEach(probe, ({ id }) => ids.push(id))
      const isRight = ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length
      expectThat(isRight, 'ids', ids)
    },
  },
  {
    id: 'getMessages.conversation',
    about: 'get_messages',
    title: 'each names its conversation',
    fact: required,
    run: (probe) => forEach(probe, ({ conversation_id }, { id }) => expectSame(conversation_id, id)),
  },
  {
    id: 'getMessages.type',
    about: 'get_messages',
    title: 'message_type is comment',
    fact: required,
    run: (probe) => forEach(probe, ({ message_type }) => expectSame(message_type, 'comment')),
  },
  {
    id: 'getMessages.body',
    about: 'get_messages',
    title: 'body is a text, also where there is none',
    fact: `${schema}: required and never null in this variant`,
    variant: 'rest',
    run: async (probe) => {
      const conversation = await probe.open()
      const file = { url: 'https://files.example.com/a.pdf', filetype: 'pdf', filename: 'A' }
      await probe.say(conversation, { body: '', attachments: [file] })
      for (const { body } of await probe.messages(conversation.id)) {
        expectThat(typeof body === 'string', 'a text', body)
      }
    },
  },
  {
    id: 'getMessages.author',
    about: 'get_messages',
    title: 'each has an author',
    fact: required,
    run: (probe) =>
      forEach(probe, ({ author }) =>
        expectThat(typeof author === 'object' && author !== null, 'an author', author),
      ),
  },
  {
    id: 'getMessages.endUser',
    about: 'get_messages',
    title: 'the end-user as author: an id, and the user_type end_user',
    fact: 'Schema EndUser: both are required',
    run: async (probe) => {
      const { author } = (await listed(probe, await probe.open())) ?? {}
      if (author == null) return
      expectThat(typeof author.id === 'string' && author.user_type === 'end_user', 'an EndUser', author)
    },
  },
  {
    id: 'getMessages.agent',
    about: 'get_messages',
    title: 'an agent as author is a whole agent: user_type, name, email',
    fact: 'Schema Agent: required in the POST-only variant, not in the other',
    assumed: 'rest',
    run: async (probe) => {
      const author = { id: probe.agentId, user_type: 'agent' }
      const message = await listed(probe, await probe.open(), { author })
      if (message?.author != null) expectWholeAgent(probe, message.author)
    },
  },
  {
    id: 'getMessages.names',
    about: 'get_messages',
    title: 'name and email of the end-user are sent, as text or null',
    fact: `Schema EndUser; whether a key may be missing is unknown`,
    assumed: true,
    run: async (probe) => {
      const { author } = (await listed(probe, await probe.open())) ?? {}
      if (author != null) expectTextOrNull(author, ['name', 'email'])
    },
  },
  {
    id: 'getMessages.visibility',
    about: 'get_messages',
    title: 'visibility is public or private',
    fact: required,
    run: (probe) =>
      forEach(probe, ({ visibility }) => {
        expectThat(['public', 'private'].includes(visibility), 'public or private', visibility)
      }),
  },
  {
    id: 'getMessages.public',
    about: 'get_messages',
    title: 'a public message is not shown as private',
    fact: `${schema}: visibility`,
    run: (probe) =>
      forEach(probe, ({ visibility }) => expectThat(visibility !== 'private', 'public', visibility)),
  },
  {
    id: 'getMessages.private',
    about: 'get_messages',
    title: 'a private message is not shown as public',
    fact: `${schema}: visibility; it may be left out`,
    run: async (probe) => {
      const author = { id: probe.agentId, user_type: 'agent' }
      const message = await listed(probe, await probe.open(), { visibility: 'private', author })
      expectThat(message?.visibility !== 'public', 'private', message)
    },
  },
  {
    id: 'getMessages.time',
    about: 'get_messages',
    title: 'created_at is ISO 8601 in UTC with milliseconds',
    fact: required,
    run: (probe) => forEach(probe, ({ created_at }) => expectMoment(created_at)),
  },
  {
    id: 'getMessages.attachments',
    about: 'get_messages',
    title: 'attachments are a list, also when there are none',
    fact: `${schema}: a list; it may be missing`,
    assumed: true,
    run: (probe) =>
      forEach(probe, ({ attachments }) => expectThat(Array.isArray(attachments), 'a list', attachments)),
  },
]
