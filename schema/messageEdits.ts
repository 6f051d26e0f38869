import type { MessageEdit as MessageEditRow } from '../src/generated/prisma/client.js'
import { MessageEditKind } from '../src/generated/prisma/enums.js'
import type { Attachment as AttachmentValue } from '../src/message/attachments.js'
import { deleteMessage } from '../src/message/delete.js'
import { editMessage } from '../src/message/edit.js'
import { redactMessage } from '../src/message/redact.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { Attachment, AttachmentInput, Message } from './message.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId } from './node.js'

const MessageEditKindEnum = builder.enumType('MessageEditKind', {
  description: 'What was done to a message.',
  values: {
    EDITED: { value: MessageEditKind.EDITED, description: 'It says something else since.' },
    DELETED: { value: MessageEditKind.DELETED, description: 'It says nothing since.' },
    REDACTED: {
      value: MessageEditKind.REDACTED,
      description: 'What it said was removed, here and everywhere.',
    },
  },
})

const MessageEdit = builder.objectRef<MessageEditRow>('MessageEdit').implement({
  description: 'A change of a message, with what it said before; of a redacted message that is nothing.',
  fields: (t) => ({
    kind: t.expose('kind', { type: MessageEditKindEnum, description: 'What was done.' }),
    agent: t.field({
      type: Agent,
      description: 'Who did it.',
      resolve: async ({ id, agentId }, _, { load }) => {
        const agent = await load.namedAgent(agentId)
        if (!agent) throw new Error(`The agent of the edit ${id} was not found.`)
        return agent
      },
    }),
    body: t.exposeString('body', { nullable: true, description: 'The safe HTML before.' }),
    text: t.exposeString('text', { description: 'The plain text before.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'The files before.',
      resolve: ({ attachments }) =>
        (attachments as unknown as AttachmentValue[]).map((file) => ({ ...file, isPast: true })),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
  }),
})

builder.objectField(Message, 'edits', (t) =>
  t.field({
    type: [MessageEdit],
    description: 'What was done to it since it was written, the first first.',
    extensions: { reads: ['id'] },
    resolve: ({ id }, _, { load }) => load.edits(id),
  }),
)

const messageId = (t: InputFields) => t.id({ required: true, description: 'The message.' })
const changes = { message: 'Message', conversation: 'Conversation' } as const

mutation('editMessage', {
  description:
    "Has a message of yours say something else; an admin may edit any agent's, and nobody what an end-user or Fin said. What it said before is in its `edits`.",
  input: (t) => ({
    messageId: messageId(t),
    body: t.string({ description: 'HTML; sanitised. Stays as it is when left out.' }),
    attachments: t.field({
      type: [AttachmentInput],
      description: 'Files beside it, all of them; they stay as they are when left out.',
    }),
  }),
  changes,
  run: (input, { app, actor }, call) =>
    editMessage(app.db, actor, { ...input, messageId: argumentId('Message', input.messageId) }, call),
})

for (const [name, change, description] of [
  [
    'deleteMessage',
    deleteMessage,
    'Deletes a message of yours; an admin may delete any. It keeps its place and says nothing any more; what it said is in its `edits`. A repeat changes nothing.',
  ],
  [
    'redactMessage',
    redactMessage,
    'Removes what a message said from everywhere, its `edits`, stored files and what waits for webhooks among it. For admins. That it was said, by whom and when, stays. A repeat removes what has come since, such as the answer of a receiver that was being sent to.',
  ],
] as const) {
  mutation(name, {
    description,
    input: (t) => ({ messageId: messageId(t) }),
    changes,
    run: (input, { app, actor }, call) =>
      change(app.db, actor, { messageId: argumentId('Message', input.messageId) }, call),
  })
}
