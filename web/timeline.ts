import { when } from './clock.js'
import type { Message } from './happening.js'
import { element, part } from './page.js'

/** The story of one conversation: messages and, between them, what became of it. */
export function createTimeline() {
  const list = part('timeline', HTMLOListElement)
  const bubbles = new Map<string, HTMLElement>()

  function append(item: HTMLLIElement) {
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
    list.append(item)
    if (isAtEnd) list.scrollTop = list.scrollHeight
  }

  return {
    clear() {
      bubbles.clear()
      list.replaceChildren()
    },
    /** A message that is there is shown as it is now; a snapshot may hold one whose event is still to come. */
    showMessage(message: Message) {
      const shown = bubbles.get(message.id)
      const now = bubble(message)
      bubbles.set(message.id, now)
      if (shown) shown.replaceWith(now)
      else append(now)
    },
    addLine(text: string, occurredAt: string) {
      append(element('li', 'happening', `${text} · ${when(occurredAt)}`))
    },
  }
}

function bubble({ author, text, visibility, createdAt, editedAt, deletedAt, redactedAt }: Message) {
  const isCustomer = author.__typename === 'EndUser'
  const isNote = visibility === 'PRIVATE'
  const side = isNote ? 'private' : isCustomer ? 'customer' : author.isBot ? 'bot' : 'agent'
  const became = redactedAt ? ' · redacted' : deletedAt ? ' · deleted' : editedAt ? ' · edited' : ''
  const name = isCustomer ? (author.name ?? 'Customer') : author.agentName
  return element(
    'li',
    `message ${side}`,
    element(
      'p',
      'note',
      `${name}${isNote ? ' · note, not shown to the customer' : ''} · ${when(createdAt)}${became}`,
    ),
    element('p', 'text', text),
  )
}
