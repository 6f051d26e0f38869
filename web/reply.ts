import { onSend } from './form.js'
import { mutate } from './graphql.js'
import { element } from './page.js'

const replyToConversation = `mutation ($input: ReplyToConversationInput!) {
  replyToConversation(input: $input) { __typename ... on Error { reason: message } }
}`

/** The agent's answer. What may have arrived unnoticed is repeated under its first key: it is stored once. */
export function serveReplies(token: string, shown: () => string | null) {
  let unsure: { conversationId: string; body: string; idempotencyKey: string } | null = null

  onSend('reply', async (text) => {
    const conversationId = shown()
    if (!conversationId) throw new Error('Choose a conversation first.')
    const body = toHtml(text)
    const isRepeat = unsure?.conversationId === conversationId && unsure.body === body
    const input = isRepeat && unsure ? unsure : { conversationId, body, idempotencyKey: newKey() }
    unsure = input
    await mutate(token, replyToConversation, { input })
    unsure = null
  })
}

/** `crypto.randomUUID` is only there over https or on localhost. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}

function toHtml(text: string): string {
  const paragraphs = text.split(/\n{2,}/).filter((part) => part.trim())
  return paragraphs.map((part) => element('p', '', part.trim()).outerHTML).join('')
}
