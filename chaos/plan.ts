import { draw, drawWhole } from './draw.js'

/** Who speaks in a conversation: the end-user and Fin through the Fin API, a human agent through GraphQL. */
export type Voice = 'user' | 'fin' | 'human'

/** How many messages each says. */
export type Said = Record<Voice, number>

/** What will be said in the `number`th conversation; in every third one no human speaks. */
export function plan(seed: number, number: number): Said {
  return {
    user: drawWhole(1, 8, seed, number, 'user'),
    fin: drawWhole(1, 12, seed, number, 'fin'),
    human: number % 3 === 0 ? 0 : drawWhole(1, 24, seed, number, 'human'),
  }
}

/** A voice's `nth` message; it says where it belongs. */
export function textOf(conversation: string, voice: string, nth: number): string {
  return `${conversation} ${voice} ${nth}`
}

/** The `index`th kill (from 0) of so many during so many messages: when so many have been acknowledged. */
export function killAt(seed: number, index: number, { kills, messages }: Goal): number {
  return Math.floor(((index + draw(seed, 'kill', index)) / kills) * messages)
}

/** Who is killed then: each of them once before one is killed again. */
export function victim<Target>(seed: number, index: number, targets: readonly Target[]): Target {
  const round = Math.floor(index / targets.length)
  const order = targets
    .map((target, place) => ({ target, drawn: draw(seed, 'victim', round, place) }))
    .sort((one, other) => one.drawn - other.drawn)
  return order[index % targets.length]?.target as Target
}

/** What a run is to reach. */
export interface Goal {
  kills: number
  messages: number
}
