import { when } from './clock.js'
import type { Message } from './happening.js'
import { element, part } from './page.js'

/** The story of one conversation: messages and, between them, what became of it. */
export function createTimeline() {
  const list = part('timeline', HTMLOListElement)
  const ids = new Set<string>()

  function append(item: HTMLLIElement) {
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
    list.append(item)
    if (isAtEnd) list.scrollTop = list.scrollHeight
  }

  return {
    clear() {
      ids.clear()
      list.replaceChildren()
    },
    /** A snapshot may hold a message whose event is still to come. */
    addMessage(message: Message) {
      if (ids.has(message.id)) return
      ids.add(message.id)
      append(bubble(message))
    },
    addLine(text: string, occurredAt: string) {
      append(element('li', 'happening', `${text} · ${when(occurredAt)}`))
    },
  }
}

function bubble({ author, text, visibility, createdAt }: Message) {
  const isCustomer = author.__typename === 'EndUser'
  const isNote = visibility === 'PRIVATE'
  const side = isNote ? 'private' : isCustomer ? 'customer' : author.isBot ? 'bot' : 'agent'
  const name = isCustomer ? (author.name ?? 'Customer') : author.agentName
  return element(
    'li',
    `message ${side}`,
    element('p', 'note', `${name}${isNote ? ' · note, not shown to the customer' : ''} · ${when(createdAt)}`),
    element('p', 'text', text),
  )
}
