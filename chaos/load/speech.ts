import { textOf, type Voice } from '../plan.js'
import type { Accounts } from './accounts.js'
import type { Caller } from './caller.js'

/** Says things in conversations; each call comes back when what it said is acknowledged. */
export interface Speech {
  /** With the end-user's first message; gives the id. */
  open(conversation: string): Promise<string>
  say(conversation: string, id: string, voice: Voice, nth: number): Promise<void>
}

/** The end-user and Fin speak through the Fin API, the human through GraphQL: replies, and now and then a note. */
export function openSpeech(caller: Caller, accounts: Accounts): Speech {
  const { finToken, finAgentId, agentToken, endUserId } = accounts
  const fin = <T>(operation: string, key: string, body: object) =>
    caller.insist<T>({ path: `/api/fin/${operation}`, token: finToken, key, body })

  const comment = (text: string, voice: Voice) => ({
    message_type: 'comment',
    visibility: 'public',
    object_id: text,
    body: `<p>${text}</p>`,
    attachments: [],
    author:
      voice === 'fin' ? { id: finAgentId, user_type: 'agent' } : { id: endUserId, user_type: 'end_user' },
  })

  return {
    async open(conversation) {
      const made = await fin<{ conversation: { id: string } }>('create_conversation', conversation, {
        object_id: conversation,
        title: conversation,
        user: { id: endUserId, user_type: 'end_user', name: 'Eve' },
        initial_message: comment(textOf(conversation, 'user', 1), 'user'),
      })
      return made.conversation.id
    },

    async say(conversation, id, voice, nth) {
      const text = textOf(conversation, voice, nth)
      if (voice !== 'human') {
        await fin('create_message', text, { conversation_id: id, ...comment(text, voice) })
        return
      }
      const input = { conversationId: id, body: `<p>${text}</p>`, idempotencyKey: text }
      const { data } = await caller.insist<{ data: { said: { __typename: string } } }>({
        path: '/graphql',
        token: agentToken,
        key: text,
        body: { query: nth % 5 === 0 ? note : reply, variables: { input } },
      })
      if (data.said.__typename.endsWith('Error')) throw new Error(`Refused: ${JSON.stringify(data.said)}`)
    },
  }
}

const reply = `mutation ($input: ReplyToConversationInput!) {
  said: replyToConversation(input: $input) { __typename ... on Error { message } }
}`

const note = `mutation ($input: AddNoteInput!) {
  said: addNote(input: $input) { __typename ... on Error { message } }
}`
