import { type Feed, followEvents } from '../client/index.js'
import { type Conversation, customerOf, holderOf } from './conversationFields.js'
import { type Happening, happenings, lineOf, type Message, shownConversation } from './happening.js'
import { part } from './page.js'
import { createTimeline } from './timeline.js'

interface Loaded {
  conversation: (Conversation & { messages: { nodes: Message[] } }) | null
}

/** Follows one conversation; a feed of its own begins with a snapshot of it. */
export function createConversationView(token: string) {
  const timeline = createTimeline()
  let feed: Feed<Happening> | null = null

  function show(id: string) {
    void feed?.stop()
    const isShown = () => feed === following
    const following = followEvents<Happening>({
      url: '/graphql',
      token: (refused) => (refused ? null : token),
      query: happenings,
      variables: { filter: { conversationId: id } },
      async snapshot(ask) {
        const { conversation } = await ask<Loaded>(shownConversation, { id })
        if (!conversation || !isShown()) return []
        timeline.clear()
        drawFacts(conversation)
        for (const message of conversation.messages.nodes) timeline.showMessage(message)
        return [conversation]
      },
      onEvent(happening) {
        if (!isShown()) return
        const { conversation, message, occurredAt } = happening
        const line = lineOf(happening)
        if (conversation) drawFacts(conversation)
        if (message) timeline.showMessage(message)
        else if (line) timeline.addLine(line, occurredAt)
      },
    })
    feed = following
  }
  return { show }
}

function drawFacts(conversation: Conversation) {
  const { title, status, inbox } = conversation
  part('none', HTMLParagraphElement).hidden = true
  part('shown', HTMLDivElement).hidden = false
  part('title', HTMLHeadingElement).textContent = title ?? `Conversation with ${customerOf(conversation)}`
  part('facts', HTMLParagraphElement).textContent = [
    customerOf(conversation),
    inbox.name,
    status.toLowerCase(),
    holderOf(conversation),
  ].join(' · ')
}
