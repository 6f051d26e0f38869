import { createClient } from 'graphql-ws/client'
import { when } from './clock.js'
import { element, part } from './page.js'

interface InboxMetrics {
  inbox: { id: string; name: string }
  open: number
  waiting: number
  unassigned: number
  heldByFin: number
  oldestWaitingSince: string | null
}

const query = `subscription {
  liveMetrics(every: 1) {
    inboxes { inbox { id name } open waiting unassigned heldByFin oldestWaitingSince }
  }
}`

const retryAfterMs = 1_000

/** The inboxes with their counters. Each payload is whole, so a lost connection is only begun anew. */
export function showInboxes(token: string) {
  const client = createClient({
    url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, retryAfterMs * (1 + Math.random()))),
  })
  const follow = () =>
    client.subscribe<{ liveMetrics: { inboxes: InboxMetrics[] } }>(
      { query },
      {
        next: ({ data }) => data && draw(data.liveMetrics.inboxes),
        // The feed says why, when the token is no longer accepted.
        error: () => {},
        complete: () => setTimeout(follow, retryAfterMs),
      },
    )
  follow()
}

function draw(inboxes: InboxMetrics[]) {
  part('inboxes', HTMLElement).replaceChildren(...inboxes.map(card))
}

function card({ inbox, open, waiting, unassigned, heldByFin, oldestWaitingSince }: InboxMetrics) {
  const counters = { open, waiting, unassigned, 'with Fin': heldByFin }
  const made = element(
    'article',
    'card',
    element('h2', '', inbox.name),
    element(
      'dl',
      '',
      ...Object.entries(counters).map(([name, count]) =>
        element('div', '', element('dt', '', name), element('dd', '', String(count))),
      ),
    ),
    element(
      'p',
      'note',
      oldestWaitingSince ? `longest wait since ${when(oldestWaitingSince)}` : 'nobody waits',
    ),
  )
  made.dataset.inbox = inbox.id
  return made
}
