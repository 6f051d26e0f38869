import { listed } from '../listed.js'
import { objectId } from '../objectId.js'
import { expectSame, expectThat, type Point } from '../point.js'
import type { Probe } from '../probe.js'
import { expectKept, expectRefused, expectStatus, expectTaken } from './expect.js'

const page = 'Operation page create_message'
const silent = 'the POST-only variant shows no answer'
const html =
  '<h1>a</h1><h2>b</h2><p><b>c</b> <i>d</i> <code>e</code></p><ul><li>f</li></ul><ol><li>g</li></ol>'
const file = { url: 'https://files.example.com/guide.pdf?signature=1', filetype: 'pdf', filename: 'Guide' }

/** How a message of the end-user in a new conversation was answered. */
const answered = async (probe: Probe, message?: object) => probe.say(await probe.open(), message)

const byFin = ({ agentId }: Probe) => ({ id: agentId, user_type: 'agent' })

export const createMessagePoints: Point[] = [
  {
    id: 'createMessage.status',
    about: 'create_message',
    title: 'is answered with 201',
    fact: `${page}; ${silent}`,
    assumed: 'posts',
    run: async (probe) => expectStatus(await answered(probe), 201),
  },
  {
    id: 'createMessage.bare',
    about: 'create_message',
    title: 'the message stands at the top level',
    fact: `${page}; ${silent}`,
    assumed: 'posts',
    run: async (probe) => {
      const { body } = await answered(probe)
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
      const { body } = await answered(probe)
      expectThat(typeof body?.data?.id === 'string', 'id under `data`', body)
    },
  },
  {
    id: 'createMessage.conversation',
    about: 'create_message',
    title: 'the answer names the conversation',
    fact: `${page}; ${silent}`,
    assumed: 'posts',
    run: async (probe) => {
      const conversation = await probe.open()
      expectSame((await probe.say(conversation)).object?.conversation_id, conversation.id)
    },
  },
  {
    id: 'createMessage.type',
    about: 'create_message',
    title: 'message_type of the answer is comment',
    fact: `${page}; ${silent}`,
    assumed: 'posts',
    run: async (probe) => expectSame((await answered(probe)).object?.message_type, 'comment'),
  },
  {
    id: 'createMessage.whole',
    about: 'create_message',
    title: 'the answer has what else is required of a message',
    fact: `Schema Message; that the answer has the whole of it is not shown`,
    assumed: true,
    run: async (probe) => {
      const { object } = await answered(probe)
      for (const field of ['author', 'visibility', 'created_at']) {
        expectThat(object?.[field] != null, field, object)
      }
    },
  },
  {
    id: 'createMessage.listed',
    about: 'create_message',
    title: 'get_messages shows the message, with its words',
    fact: 'Schema Message: body',
    run: async (probe) =>
      expectThat((await listed(probe, await probe.open())) !== undefined, 'the message', null),
  },
  {
    id: 'createMessage.endUser',
    about: 'create_message',
    title: 'what the end-user says is by the user of the conversation',
    fact: `${page}: author`,
    run: async (probe) => {
      const conversation = await probe.open()
      expectKept((await listed(probe, conversation))?.author?.id, conversation.userId)
    },
  },
  {
    id: 'createMessage.fin',
    about: 'create_message',
    title: 'what Fin says is by the agent who stands for Fin',
    fact: 'Overview: its messages bear the chosen agent’s id',
    run: async (probe) => {
      const message = await listed(probe, await probe.open(), { author: byFin(probe) })
      expectKept(message?.author?.id, probe.agentId)
    },
  },
  {
    id: 'createMessage.unknownAuthor',
    about: 'create_message',
    title: 'an author who is not known does not make it fail',
    fact: 'The answer to an unknown author is unknown',
    assumed: true,
    run: async (probe) => {
      for (const user_type of ['end_user', 'agent']) {
        expectTaken(await answered(probe, { author: { id: objectId(), user_type } }))
      }
    },
  },
  {
    id: 'createMessage.private',
    about: 'create_message',
    title: 'the answer to a private message does not call it public',
    fact: 'Schema Message: visibility',
    run: async (probe) => {
      const { object } = await answered(probe, { visibility: 'private', author: byFin(probe) })
      expectThat(object?.visibility !== 'public', 'private', object)
    },
  },
  {
    id: 'createMessage.html',
    about: 'create_message',
    title: 'the documented HTML is kept',
    fact: 'FAQ: p, h1, h2, b, i, a, img, br, code, ul, ol; whether their form may change is unknown',
    assumed: true,
    run: async (probe) => {
      const { body } = (await listed(probe, await probe.open(), { body: html })) ?? {}
      expectThat(body === undefined || String(body).replace(/\s+/g, ' ').includes(html), html, body)
    },
  },
  {
    id: 'createMessage.script',
    about: 'create_message',
    title: 'a script is taken out',
    fact: 'Not on the pages; what is not allowed must not reach a browser',
    assumed: true,
    run: async (probe) => {
      const message = await listed(probe, await probe.open(), { body: '<p>a<script>b()</script></p>' })
      expectThat(!/script/.test(String(message?.body)), 'no script', message)
    },
  },
  {
    id: 'createMessage.attachment',
    about: 'create_message',
    title: 'an attachment is kept, with its filetype and filename',
    fact: 'Schema Attachment; none of it is required',
    assumed: true,
    run: async (probe) => {
      const { attachments } = (await listed(probe, await probe.open(), { attachments: [file] })) ?? {}
      if (!Array.isArray(attachments)) return
      const [kept] = attachments
      expectSame([kept?.filetype, kept?.filename], [file.filetype, file.filename])
    },
  },
  {
    id: 'createMessage.https',
    about: 'create_message',
    title: 'an attachment has an https address',
    fact: 'Schema Attachment: must be HTTPS',
    run: async (probe) => {
      const { attachments } = (await listed(probe, await probe.open(), { attachments: [file] })) ?? {}
      for (const { url } of attachments ?? []) expectThat(/^https:/.test(url), 'https', url)
    },
  },
  {
    id: 'createMessage.fileOnly',
    about: 'create_message',
    title: 'an attachment alone is a message',
    fact: 'FAQ of the POST-only variant: the body may be empty when there are attachments',
    assumed: 'rest',
    run: async (probe) => {
      const body = probe.variant === 'posts' ? null : ''
      expectTaken(await answered(probe, { body, attachments: [file] }))
    },
  },
  {
    id: 'createMessage.empty',
    about: 'create_message',
    title: 'neither body nor attachment is refused',
    fact: 'FAQ of the POST-only variant: body or at least one attachment',
    assumed: 'rest',
    run: async (probe) => expectRefused(await answered(probe, { body: '' })),
  },
  {
    id: 'createMessage.sentAt',
    about: 'create_message',
    title: 'created_at is taken over',
    fact: `${page} in the REST variant; not listed in the other`,
    assumed: true,
    run: async (probe) => {
      const created_at = '2024-04-12T13:20:05.318Z'
      const message = await listed(probe, await probe.open(), { created_at })
      expectKept(message?.created_at, created_at)
    },
  },
  {
    id: 'createMessage.unknown',
    about: 'create_message',
    title: 'an unknown conversation gets 404',
    fact: 'The errors of operations are unknown',
    assumed: true,
    run: async (probe) => {
      const userId = await probe.user()
      expectStatus(await probe.say({ id: 'conv_unknown', userId }), 404)
    },
  },
  {
    id: 'createMessage.repeat',
    about: 'create_message',
    title: 'a repeat with the same object_id makes no second message',
    fact: 'FAQ: object_id for idempotency; the answer to a repeat is unknown',
    assumed: true,
    run: async (probe) => {
      const conversation = await probe.open()
      const given = { object_id: objectId() }
      const [first, second] = [await probe.say(conversation, given), await probe.say(conversation, given)]
      expectSame([second.status, second.object?.id], [first.status, first.object?.id])
    },
  },
]
