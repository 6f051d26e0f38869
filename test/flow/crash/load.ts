import type { Party } from './party.js'

/** What one conversation got from the load; each of it was acknowledged. */
export interface Life {
  conversationId: string
  texts: string[]
  /** Of the only change by a human: when it was first sent. */
  repliedAt: number
}

export interface Load {
  lives: readonly Life[]
  /** The conversation that everybody writes to, and what was acknowledged. */
  shared: { conversationId: string; texts: string[] }
  /** Lets what is under way be acknowledged, then ends; throws what a writer met. */
  finish(): Promise<void>
}

const writers = 3

/**
 * Writers that never pause. Each opens one conversation after the other, in which Fin speaks once and a human once:
 * so a webhook for it is due to that human's reply, to nothing else.
 */
export async function startLoad(party: Party): Promise<Load> {
  const lives: Life[] = []
  const { id: userId } = await party.fin<{ id: string }>('create_user', { object_id: 'user', name: 'Eve' })
  const sharedId = await open('shared', 'shared: opened')
  const shared = { conversationId: sharedId, texts: ['shared: opened'] }
  let finished = false

  async function open(objectId: string, text: string): Promise<string> {
    const user = { id: userId, user_type: 'end_user', name: 'Eve' }
    const initial_message = {
      ...comment(`${objectId} 1`, text),
      author: { id: userId, user_type: 'end_user' },
    }
    const made = await party.fin<{ conversation: { id: string } }>('create_conversation', {
      object_id: objectId,
      user,
      initial_message,
    })
    return made.conversation.id
  }

  async function finSays(conversation_id: string, objectId: string, text: string) {
    const author = { id: party.finAgentId, user_type: 'agent' }
    await party.fin('create_message', { conversation_id, ...comment(objectId, text), author })
  }

  async function humanSays(conversationId: string, text: string) {
    const input = { conversationId, body: `<p>${text}</p>`, idempotencyKey: text }
    await party.graphql(replyDocument, { input })
  }

  async function live(name: string) {
    const texts = [`${name}: opened`, `${name}: Fin`, `${name}: human`] as const
    const conversationId = await open(name, texts[0])
    await finSays(conversationId, `${name} 2`, texts[1])
    const repliedAt = Date.now()
    await humanSays(conversationId, texts[2])
    lives.push({ conversationId, texts: [...texts], repliedAt })

    await finSays(sharedId, `shared ${name}`, `${name}: Fin, shared`)
    shared.texts.push(`${name}: Fin, shared`)
    await humanSays(sharedId, `${name}: human, shared`)
    shared.texts.push(`${name}: human, shared`)
  }

  async function write(writer: number) {
    for (let count = 1; !finished; count++) await live(`${writer}.${count}`)
  }

  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
  // Thrown by `finish`; until then nobody waits for it.
  writing.catch(() => {})
  return {
    lives,
    shared,
    async finish() {
      finished = true
      await writing
    },
  }
}

function comment(object_id: string, text: string) {
  return { message_type: 'comment', visibility: 'public', object_id, body: `<p>${text}</p>`, attachments: [] }
}

const replyDocument = `mutation ($input: ReplyToConversationInput!) {
  replyToConversation(input: $input) { __typename ... on Error { message } }
}`
