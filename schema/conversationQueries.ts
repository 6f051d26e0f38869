import { columnsRead } from '../src/execution/selected.js'
import { storedId } from '../src/ids.js'
import { builder } from './builder.js'
import { Conversation } from './conversation.js'
import { ConversationFilterInput } from './conversationFilter.js'
import {
  askedOf,
  ConversationConnection,
  ConversationOrderInput,
  listOf,
  pageOf,
  unlessSignature,
} from './conversationList.js'

builder.queryField('conversation', (t) =>
  t.field({
    type: Conversation,
    nullable: true,
    description: 'One conversation; null when there is none or it is not in your sight.',
    args: { id: t.arg.id({ required: true, description: 'Of the conversation.' }) },
    extensions: { isLogged: true },
    resolve: (_, { id }, { load }, info) => {
      const uuid = storedId('Conversation', id)
      return uuid ? load.conversation(uuid, columnsRead(info, '')) : null
    },
  }),
)

builder.queryField('conversations', (t) =>
  t.connection(
    {
      type: Conversation,
      description:
        'The conversations in your sight, newest activity first unless told otherwise. Pages of 1 to 100, 25 by default.',
      args: {
        filter: t.arg({ type: ConversationFilterInput, description: 'Which; all when left out.' }),
        orderBy: t.arg({ type: ConversationOrderInput, description: 'In which order.' }),
        unlessSignature: t.arg.string(unlessSignature),
      },
      extensions: { isLogged: true },
      resolve: (_, args, context, info) =>
        pageOf(context, listOf(args, context), args, askedOf(info, args.unlessSignature)),
    },
    ConversationConnection,
  ),
)
