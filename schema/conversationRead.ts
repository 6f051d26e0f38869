import type { ConversationReadView } from '../src/conversation/reads.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { Conversation } from './conversation.js'

const ConversationRead = builder.objectRef<ConversationReadView>('ConversationRead').implement({
  description: 'How far an agent has read a conversation.',
  fields: (t) => ({
    agent: t.expose('agent', { type: Agent, description: 'Who.' }),
    seq: t.exposeInt('seq', { description: 'The `seq` of the last message that they have read.' }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      description: 'When they last marked it as read, or wrote.',
    }),
  }),
})

builder.objectField(Conversation, 'readBy', (t) =>
  t.field({
    type: [ConversationRead],
    description: 'The agents who have read it, you among them; whoever has read most comes first.',
    extensions: { isLogged: false, reads: ['id'] },
    resolve: ({ id }, _, { load }) => load.reads(id),
  }),
)
