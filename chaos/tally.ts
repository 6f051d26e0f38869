import type { Cast } from './cast.js'
import { type Figures, killsOf } from './figures.js'
import type { Killer } from './killer.js'
import type { Goal } from './plan.js'

/** What a part has come to so far; what was accepted again by Fin shows when it is judged. */
export function figuresOf(cast: Cast, killer: Killer, seconds: number): Figures {
  const { load, caller, followers, fin, webhooks } = cast
  const { accept: toFin, ...finRefused } = fin.receiver.answers
  const { accept: toWebhook, ...webhooksRefused } = webhooks.receiver.answers
  return {
    seconds,
    conversations: load.lives.size,
    messages: load.messages,
    repeats: caller.repeats,
    kills: { ...killer.kills },
    fin: { accepted: toFin, duplicates: 0, refused: finRefused },
    webhooks: { accepted: toWebhook, duplicates: webhooks.book.duplicates, refused: webhooksRefused },
    resumed: followers.reduce((all, { connections }) => all + connections - 1, 0),
  }
}

/** The same in a line. */
export function progressOf(figures: Figures, { kills, messages }: Goal): string {
  const { fin, webhooks, seconds } = figures
  return [
    `${Math.round(seconds)} s`,
    `${figures.messages} of ${messages} messages`,
    `${killsOf(figures)} of ${kills} kills`,
    `webhooks: ${fin.accepted} to Fin, ${webhooks.accepted} others`,
  ].join('; ')
}
