import { type EventFields, type FeedState, followEvents } from '../client/index.js'
import { when } from './clock.js'
import { type Conversation, conversationFields, customerOf, holderOf } from './conversationFields.js'
import { element, part } from './page.js'

interface Changed extends EventFields {
  conversation: Conversation | null
}

const most = 50

const query = `subscription ($after: EventCursor) {
  events(after: $after) { cursor type revision conversation { ${conversationFields} } }
}`

const newest = `{ conversations(first: ${most}) { nodes { ${conversationFields} } } }`

/** The conversations, newest activity first, each as its last event left it. */
export function followConversations(
  token: string,
  { onState, onChoice }: { onState: (state: FeedState) => void; onChoice: (id: string) => void },
) {
  const rows = new Map<string, Conversation>()
  const list = part('conversations', HTMLElement)
  let chosen: string | null = null

  function draw() {
    const sorted = [...rows.values()].sort((a, b) => (a.lastActivityAt < b.lastActivityAt ? 1 : -1))
    for (const { id } of sorted.splice(most)) rows.delete(id)
    const focused = document.activeElement?.getAttribute('data-id')
    list.replaceChildren(...sorted.map((conversation) => row(conversation, chosen, choose)))
    if (focused) list.querySelector<HTMLElement>(`[data-id="${focused}"]`)?.focus()
  }

  function choose(id: string) {
    chosen = id
    draw()
    onChoice(id)
  }

  followEvents<Changed>({
    url: '/graphql',
    token: (refused) => (refused ? null : token),
    query,
    async snapshot(ask) {
      const { conversations } = await ask<{ conversations: { nodes: Conversation[] } }>(newest)
      rows.clear()
      for (const conversation of conversations.nodes) rows.set(conversation.id, conversation)
      draw()
      return conversations.nodes
    },
    onEvent({ conversation }) {
      if (!conversation) return
      rows.set(conversation.id, conversation)
      draw()
    },
    onState,
  })
  return { choose }
}

function row(conversation: Conversation, chosen: string | null, choose: (id: string) => void) {
  const { id, title, preview, status, inbox, lastActivityAt } = conversation
  const button = element(
    'button',
    'row',
    element('span', 'who', customerOf(conversation)),
    element('time', 'note', when(lastActivityAt)),
    element('span', 'what', title ?? preview ?? ''),
    element('span', 'state note', `${inbox.name} · ${status.toLowerCase()} · ${holderOf(conversation)}`),
  )
  button.type = 'button'
  button.dataset.id = id
  button.ariaCurrent = String(id === chosen)
  button.onclick = () => choose(id)
  return button
}
