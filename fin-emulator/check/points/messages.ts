import { expectSame, expectThat, type Point } from '../point.js'
import { objectId } from '../probe.js'
import { expectEnvelope, expectMoment, expectStatus } from './shapes.js'

const created = 'Operation page create_message'
const read = 'Operation page get_messages'
const schema = 'Schema Message'
const html =
  '<h1>a</h1><h2>b</h2><p><b>c</b> <i>d</i> <code>e</code></p><ul><li>f</li></ul><ol><li>g</li></ol>'
const file = { url: 'https://files.example.com/guide.pdf?signature=1', filetype: 'pdf', filename: 'Guide' }

export const messagePoints: Point[] = [
  {
    id: 'createMessage.status',
    about: 'create_message',
    title: 'is answered with 201',
    fact: `${created}: 201 in the REST variant, unknown in the other`,
    run: async (probe) => expectStatus(await probe.say((await probe.open()).id), 201),
  },
  {
    id: 'createMessage.bare',
    about: 'create_message',
    title: 'the message stands at the top level',
    fact: `${created}: so in the REST variant, unknown in the other`,
    run: async (probe) => {
      const { body } = await probe.say((await probe.open()).id)
      expectThat(typeof body?.id === 'string', 'id at the top level', body)
    },
  },
  {
    id: 'createMessage.data',
    about: 'create_message',
    title: 'the message stands under `data` too',
    fact: 'The envelope is unknown',
    variant: 'posts',
    assumed: true,
    run: async (probe) => {
      const { body } = await probe.say((await probe.open()).id)
      expectThat(typeof body?.data?.id === 'string', 'id under `data`', body)
    },
  },
  {
    id: 'createMessage.conversation',
    about: 'create_message',
    title: 'names its conversation',
    fact: schema,
    run: async (probe) => {
      const { id } = await probe.open()
      expectSame((await probe.say(id)).object?.conversation_id, id)
    },
  },
  {
    id: 'createMessage.type',
    about: 'create_message',
    title: 'message_type is comment',
    fact: schema,
    run: async (probe) =>
      expectSame((await probe.say((await probe.open()).id)).object?.message_type, 'comment'),
  },
  {
    id: 'createMessage.endUser',
    about: 'create_message',
    title: 'what the end-user says is by the user of the conversation',
    fact: `${created}; an author's id may be unknown`,
    run: async (probe) => {
      const { id, userId } = await probe.open()
      const { object } = await probe.say(id, { author: { id: userId, user_type: 'end_user' } })
      expectSame([object?.author?.id, object?.author?.user_type], [userId, 'end_user'])
    },
  },
  {
    id: 'createMessage.fin',
    about: 'create_message',
    title: 'what Fin says is by the agent who stands for Fin',
    fact: 'Overview: its messages bear the chosen agent’s id',
    run: async (probe) => {
      const { id } = await probe.open()
      const author = { id: probe.agentId, user_type: 'agent' }
      const { object } = await probe.say(id, { author })
      expectSame([object?.author?.id, object?.author?.user_type], [probe.agentId, 'agent'])
    },
  },
  {
    id: 'createMessage.private',
    about: 'create_message',
    title: 'a private message stays private',
    fact: 'Schema Message: visibility',
    run: async (probe) => {
      const author = { id: probe.agentId, user_type: 'agent' }
      const { object } = await probe.say((await probe.open()).id, { visibility: 'private', author })
      expectSame(object?.visibility, 'private')
    },
  },
  {
    id: 'createMessage.html',
    about: 'create_message',
    title: 'the documented HTML is kept',
    fact: 'FAQ: p, h1, h2, b, i, a, img, br, code, ul, ol',
    run: async (probe) => {
      const { object } = await probe.say((await probe.open()).id, { body: html })
      expectSame(String(object?.body).replace(/\s+/g, ' '), html)
    },
  },
  {
    id: 'createMessage.script',
    about: 'create_message',
    title: 'a script is taken out',
    fact: 'Not on the pages; what is not allowed must not reach a browser',
    assumed: true,
    run: async (probe) => {
      const { object } = await probe.say((await probe.open()).id, { body: '<p>a<script>b()</script></p>' })
      expectThat(!/script/.test(String(object?.body)), 'no script', object?.body)
    },
  },
  {
    id: 'createMessage.attachment',
    about: 'create_message',
    title: 'an attachment keeps its filetype and filename',
    fact: 'Schema Attachment',
    run: async (probe) => {
      const { object } = await probe.say((await probe.open()).id, { attachments: [file] })
      const [kept] = object?.attachments ?? []
      expectSame([kept?.filetype, kept?.filename], [file.filetype, file.filename])
    },
  },
  {
    id: 'createMessage.https',
    about: 'create_message',
    title: 'an attachment has an https address',
    fact: 'Schema Attachment: must be HTTPS',
    run: async (probe) => {
      const { object } = await probe.say((await probe.open()).id, { attachments: [file] })
      const url = object?.attachments?.[0]?.url
      expectThat(String(url).startsWith('https://'), 'https', url)
    },
  },
  {
    id: 'createMessage.fileOnly',
    about: 'create_message',
    title: 'an attachment alone is a message',
    fact: 'FAQ: the body may be empty when there are attachments',
    run: async (probe) => {
      const body = probe.variant === 'posts' ? null : ''
      expectThat(
        (await probe.say((await probe.open()).id, { body, attachments: [file] })).status < 300,
        'success',
        body,
      )
    },
  },
  {
    id: 'createMessage.empty',
    about: 'create_message',
    title: 'neither body nor attachment is refused',
    fact: 'FAQ: body or at least one attachment',
    run: async (probe) => {
      const { status } = await probe.say((await probe.open()).id, { body: '', attachments: [] })
      expectThat(status >= 400 && status < 500, 'a 4xx', status)
    },
  },
  {
    id: 'createMessage.sentAt',
    about: 'create_message',
    title: 'created_at is taken over',
    fact: 'Operation page create_message in the REST variant; not listed in the other',
    assumed: true,
    run: async (probe) => {
      const created_at = '2024-04-12T13:20:05.318Z'
      expectSame((await probe.say((await probe.open()).id, { created_at })).object?.created_at, created_at)
    },
  },
  {
    id: 'createMessage.unknown',
    about: 'create_message',
    title: 'an unknown conversation gets 404',
    fact: 'The errors of operations are unknown',
    assumed: true,
    run: async (probe) => expectStatus(await probe.say('conv_unknown'), 404),
  },
  {
    id: 'createMessage.repeat',
    about: 'create_message',
    title: 'a repeat with the same object_id makes no second message',
    fact: 'FAQ: object_id for idempotency; the answer to a repeat is unknown',
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      const given = { object_id: objectId() }
      const [first, second] = [await probe.say(id, given), await probe.say(id, given)]
      expectSame([second.status, second.object?.id], [first.status, first.object?.id])
    },
  },
  {
    id: 'getMessages.list',
    about: 'get_messages',
    title: 'is a list, in the envelope of the variant',
    fact: read,
    run: async (probe) => {
      const { id } = await probe.open()
      expectEnvelope(probe, await probe.call('get_messages', { conversation_id: id }), Array.isArray)
    },
  },
  {
    id: 'getMessages.first',
    about: 'get_messages',
    title: 'has the message that the conversation began with',
    fact: read,
    run: async (probe) => {
      const { id } = await probe.open({ message: { body: '<p>The very first</p>' } })
      const bodies = (await probe.messages(id)).map(({ body }) => body)
      expectThat(
        bodies.some((body) => String(body).includes('The very first')),
        'the first message',
        bodies,
      )
    },
  },
  {
    id: 'getMessages.order',
    about: 'get_messages',
    title: 'oldest first',
    fact: 'The order is unknown',
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      const said = [(await probe.say(id)).object?.id, (await probe.say(id)).object?.id]
      const ids = (await probe.messages(id)).map((message) => message.id)
      expectSame(
        ids.filter((one) => said.includes(one)),
        said,
      )
    },
  },
  {
    id: 'getMessages.after',
    about: 'get_messages',
    title: 'after_id leaves out nothing that came later',
    fact: `${read}: an optimisation; everything may be returned`,
    run: async (probe) => {
      const { id } = await probe.open()
      const seen = (await probe.say(id)).object?.id
      const later = (await probe.say(id)).object?.id
      const ids = (await probe.messages(id, seen)).map((message) => message.id)
      expectThat(ids.includes(later), `the message ${later}`, ids)
    },
  },
  {
    id: 'getMessages.unknownAfter',
    about: 'get_messages',
    title: 'an unknown after_id leaves out nothing',
    fact: 'The answer to an unknown after_id is unknown',
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      const said = (await probe.say(id)).object?.id
      const ids = (await probe.messages(id, 'msg_unknown')).map((message) => message.id)
      expectThat(ids.includes(said), 'all messages', ids)
    },
  },
  {
    id: 'getMessages.author',
    about: 'get_messages',
    title: 'each author is a whole user or agent',
    fact: `${schema}: one of EndUser and Agent`,
    run: async (probe) => {
      const { id } = await probe.open()
      for (const { author } of await probe.messages(id)) {
        expectThat('name' in (author ?? {}) && 'email' in author, 'name and email', author)
      }
    },
  },
  {
    id: 'getMessages.visibility',
    about: 'get_messages',
    title: 'visibility is public or private',
    fact: schema,
    run: async (probe) => {
      const { id } = await probe.open()
      for (const { visibility } of await probe.messages(id)) {
        expectThat(['public', 'private'].includes(visibility), 'public or private', visibility)
      }
    },
  },
  {
    id: 'getMessages.time',
    about: 'get_messages',
    title: 'created_at is ISO 8601 in UTC with milliseconds',
    fact: schema,
    run: async (probe) => {
      const { id } = await probe.open()
      for (const { created_at } of await probe.messages(id)) expectMoment(created_at)
    },
  },
  {
    id: 'getMessages.attachments',
    about: 'get_messages',
    title: 'attachments are a list, also when there are none',
    fact: `${schema}: a list; whether it may be missing is unknown`,
    assumed: true,
    run: async (probe) => {
      const { id } = await probe.open()
      for (const { attachments } of await probe.messages(id)) {
        expectThat(Array.isArray(attachments), 'a list', attachments)
      }
    },
  },
]
