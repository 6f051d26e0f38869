import type { FeedState } from '../client/index.js'
import { createConversationView } from './conversation.js'
import { followConversations } from './conversations.js'
import { serveCustomer } from './customer.js'
import { showFeedStatus } from './feedStatus.js'
import { showInboxes } from './inboxes.js'
import { part } from './page.js'
import { serveReplies } from './reply.js'
import { readSession, type Session } from './session.js'

const { token, emulator } = readSession()
if (token) open({ token, emulator })
else askToSignIn('')

function open({ token, emulator }: Session & { token: string }) {
  part('desk', HTMLElement).hidden = false
  const view = createConversationView(token)
  let shown: string | null = null
  const { choose } = followConversations(token, {
    onState(state) {
      showFeedStatus(state)
      if (hasEnded(state)) askToSignIn(state.reason)
    },
    onChoice(id) {
      if (shown === id) return
      shown = id
      view.show(id)
    },
  })
  showInboxes(token)
  serveReplies(token, () => shown)
  serveCustomer(emulator, () => shown, choose)
}

function hasEnded(state: FeedState): state is FeedState & { name: 'closed' } {
  return state.name === 'closed'
}

function askToSignIn(reason: string) {
  part('desk', HTMLElement).hidden = true
  part('sign-in', HTMLElement).hidden = false
  part('sign-in-reason', HTMLParagraphElement).textContent = reason
}
