import { type FinClient, objectId } from '../../rest-adapter/finClient.js'
import type { TestReceiver } from '../../webhooks/receiver.js'
import type { Draw } from './draw.js'

export interface Case {
  id: string
  userId: string
  /** What the customer has still to say. */
  turns: string[]
}

/** Fin, as its customers and the helpdesk know it. */
export interface Fin {
  /** In place of one whose token has ended. */
  renew(): Promise<void>
  meets(turns: string[], draw: Draw): Promise<Case>
  /** The customer says the next thing, and Fin does what it does. */
  hears(conversation: Case, draw: Draw): Promise<void>
  /** What Fin has learnt of a conversation because webhooks told of it. */
  copyOf(conversationId: string): Copy | undefined
  /** Once it has pulled all that webhooks have told of; throws what that failed with. */
  pulled(): Promise<void>
}

interface Copy {
  status: string
  assigneeId: string | null
  messageIds: string[]
}

/** A webhook makes it pull the conversation, and the messages behind the last that it has. */
export function startFin(agentId: string, connect: () => Promise<FinClient>, receiver: TestReceiver): Fin {
  let client: FinClient
  const copies = new Map<string, Copy>()
  const pulls = new Map<string, Promise<void>>()

  receiver.reply = ({ body }, response) => {
    response.writeHead(202).end('{}')
    const id: string | undefined = body.conversation_id
    if (!id) return
    // One pull after the other, for each goes on where the one before ended.
    const pulling = (pulls.get(id) ?? Promise.resolve()).then(() => pull(id))
    pulls.set(id, pulling)
    pulling.catch(() => {})
  }

  async function pull(conversation_id: string) {
    const known = copies.get(conversation_id)?.messageIds ?? []
    const after = known.at(-1)
    const { status, assignee } = await client.call('getConversation', { conversation_id })
    const messages: { id: string }[] = await client.call('getMessages', {
      conversation_id,
      ...(after && { after_id: after }),
    })
    const messageIds = [...known, ...messages.map(({ id }) => id)]
    copies.set(conversation_id, { status, assigneeId: assignee?.id ?? null, messageIds })
  }

  const says = (conversation_id: string, body: string, author: object) =>
    client.call('createMessage', { conversation_id, body, author, object_id: objectId() })

  return {
    async renew() {
      client = await connect()
    },

    async meets(turns, draw) {
      const user = await client.call('createUser', {
        name: `Customer ${draw('name')}`,
        object_id: objectId(),
      })
      const [first, ...rest] = turns
      const { conversation } = await client.open({ user, message: { body: `<p>${first}</p>` } })
      return { id: conversation.id, userId: user.id, turns: rest }
    },

    async hears({ id, userId, turns }, draw) {
      const said = turns.shift()
      if (said === undefined) return
      await says(id, said, { id: userId, user_type: 'end_user' })
      const { assignee } = await client.call('getConversation', { conversation_id: id })
      if (assignee?.id !== agentId) return
      const chance = draw('Fin')
      if (chance < 0.6 || turns.length > 0) {
        await says(id, `Let me look into “${said}”.`, { id: agentId, user_type: 'agent' })
      }
      if (chance > 0.7) await client.call('updateConversation', { conversation_id: id, assignee_id: null })
      else if (turns.length === 0) {
        await client.call('updateConversation', { conversation_id: id, status: 'resolved', tags: ['by fin'] })
      }
    },

    copyOf: (id) => copies.get(id),

    async pulled() {
      await Promise.all(pulls.values())
    },
  }
}
