import type { ConversationCopy } from './conversationCopy.js'
import { type Difference, differences } from './difference.js'
import type { Fin } from './fin.js'

/** What a comparison of the two copies found. */
export interface Comparison {
  conversation: string
  agree: boolean
  differences: Difference[]
}

/** Pulls the helpdesk's copy, without learning from it, and says how Fin's differs. Call it in the conversation's turn. */
export async function compare(fin: Fin, copy: ConversationCopy): Promise<Comparison> {
  const found = await findDifferences(fin, copy)
  fin.activity.add({
    kind: 'comparison',
    name: found.length === 0 ? 'copies agree' : 'copies differ',
    conversation: copy.id,
    detail: found.length === 0 ? null : found.map(oneLine).join('; '),
  })
  return { conversation: copy.id, agree: found.length === 0, differences: found }
}

async function findDifferences(fin: Fin, copy: ConversationCopy): Promise<Difference[]> {
  // Never created at the helpdesk: there is nothing that it could agree with.
  if (copy.helpdeskId === null) return [{ what: 'status', fin: copy.status, helpdesk: null }]
  const client = fin.helpdesk().client(copy.id)
  const conversation = await client.getConversation(copy.helpdeskId)
  const messages = await client.getMessages(copy.helpdeskId, null)
  return differences(copy, conversation, messages)
}

function oneLine({ what, message, fin, helpdesk }: Difference): string {
  return `${what}${message ? ` ${message}` : ''}: Fin ${JSON.stringify(fin)}, helpdesk ${JSON.stringify(helpdesk)}`
}
