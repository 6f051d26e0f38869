import type { FeedState } from '../client/index.js'
import { part } from './page.js'

/** One line on how the events come in. */
export function showFeedStatus(state: FeedState) {
  const line = part('feed', HTMLParagraphElement)
  line.dataset.state = state.name
  line.textContent = textOf(state)
}

function textOf(state: FeedState): string {
  switch (state.name) {
    case 'connecting':
      return 'connecting'
    case 'live':
      return 'live'
    case 'waiting':
      return `waiting, next attempt in ${Math.ceil(state.delayMs / 1_000)} s`
    case 'closed':
      return 'closed'
  }
}
