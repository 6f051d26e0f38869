import { ForbiddenError, NotFoundError } from '../src/errors.js'
import { storedId } from '../src/ids.js'
import { setTyping, type TypingSignal } from '../src/typing/typing.js'
import { watchTyping } from '../src/typing/watch.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { signInFirst } from './events.js'
import { mutation } from './mutation.js'
import { argumentId } from './node.js'

const Typing = builder.objectRef<TypingSignal>('Typing').implement({
  description:
    'An agent writes, or has stopped. Take it back yourself after some seconds: the end may be lost.',
  fields: (t) => ({
    agent: t.field({
      type: Agent,
      nullable: true,
      description: 'Who.',
      resolve: ({ agentId }, _, { load }) => load.namedAgent(agentId),
    }),
    isTyping: t.exposeBoolean('isTyping', { description: 'False: they have stopped.' }),
  }),
})

builder.subscriptionField('typing', (t) =>
  t.field({
    type: Typing,
    description: 'Who writes in a conversation, as it happens; never stored.',
    args: { conversationId: t.arg.id({ required: true, description: 'The conversation.' }) },
    subscribe: (_, { conversationId }, context) => typingIn(context, conversationId),
    resolve: (signal) => signal as TypingSignal,
  }),
)

async function typingIn(context: Context, id: string) {
  const { app, actor, load, refresh } = context
  if (!actor) throw new ForbiddenError(signInFirst, 'UNAUTHENTICATED')
  const uuid = storedId('Conversation', id)
  if (!uuid || !(await load.conversation(uuid))) throw new NotFoundError('Conversation')
  return watchTyping(app.listening, { wants: (signal) => signal.conversationId === uuid, actor: refresh })
}

mutation('setTyping', {
  description:
    'Shows the others, and through Fin the end-user, that you write. Repeat it every few seconds: nothing is stored, so it needs no key.',
  keyed: false,
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    isTyping: t.boolean({ required: true, description: 'False: you have stopped.' }),
  }),
  changes: { conversation: 'Conversation' },
  run: (input, { app, actor }) =>
    setTyping(app.db, actor, app.node, {
      ...input,
      conversationId: argumentId('Conversation', input.conversationId),
    }),
})
