import type { Entry } from '../activity.js'
import { NotSeenError } from './notSeen.js'
import { tell } from './print.js'
import type { Stage } from './stage.js'
import type { SeenEvent } from './watch.js'

/** A conversation in play. */
export interface Play {
  stage: Stage
  customer: string
  /** Fin's id of it. */
  finId: string
  /** The helpdesk's. */
  helpdeskId: string
  /** What the human agent has changed: each must reach Fin as one webhook. */
  changes: number
  /** How often Fin has been told that the agent types. */
  typings: number
}

/** Where the logs stood when a step began; what it causes comes later. */
export interface Mark {
  log: number
  event: number
  started: number
}

/** Before a step. */
export function mark({ messenger, watch }: Stage): Mark {
  return { log: messenger.log.all.length, event: watch.events.all.length, started: performance.now() }
}

/** Waits until the human agent's subscription has shown it, and checks through which API it came. */
export async function seeEvent(
  { stage, helpdeskId }: Pick<Play, 'stage' | 'helpdeskId'>,
  from: Mark,
  api: SeenEvent['origin']['api'],
  type: string,
  fits: (event: SeenEvent) => boolean = () => true,
): Promise<SeenEvent> {
  const step = `${stage.agent.name}'s subscription shows ${type}, through ${api}`
  return stage.watch.events.until(
    step,
    from.event,
    (event) =>
      event.__typename === type &&
      event.conversation?.id === helpdeskId &&
      event.origin.api === api &&
      fits(event),
  )
}

/** Waits until Fin has ended a sync, and gives the calls that it made since the mark. */
export async function seeSync({ stage, finId }: Play, from: Mark, sinceEntry?: Entry): Promise<Entry[]> {
  const { log } = stage.messenger
  const start = sinceEntry ? log.all.indexOf(sinceEntry) : from.log
  const end = await log.until(
    'Fin ends its sync',
    start,
    (entry) => entry.kind === 'sync' && entry.conversation === finId,
  )
  const calls = log.all
    .slice(from.log, log.all.indexOf(end))
    .filter((entry) => entry.kind === 'call' && entry.conversation === finId)
  for (const { name, status } of calls) {
    if (status === null || status >= 300)
      throw new NotSeenError(`${name} succeeds`, 'a status of 200 or 201', status)
  }
  if (calls.at(-1)?.name !== 'update_conversation') {
    throw new NotSeenError(
      'the sync ends with update_conversation',
      'update_conversation',
      calls.map(({ name }) => name),
    )
  }
  return calls
}

/** Prints the calls of a sync. */
export function tellCalls(calls: Entry[], from: Mark): void {
  tell('Fin API', calls.map(({ name, status }) => `${name} ${status}`).join(', '), from.started)
}

/** The same words in the same order, however they are set. */
export function words(text: string | null): string {
  return (text ?? '').trim().replaceAll(/\s+/g, ' ')
}
