import { drawWhole } from '../draw.js'

/** What a receiver does with a webhook. */
export type Answer = 'accept' | 'fail' | 'break' | 'hang' | 'busy' | 'redirect'

/** In a hundred conversations so many have one webhook that is answered in this way. */
const shares: [Answer, number][] = [
  ['fail', 10],
  ['break', 8],
  ['hang', 4],
  ['busy', 2],
  ['redirect', 1],
]

/** Among the first so many webhooks about a conversation is the one that is not accepted. */
const early = 3

/** The answer to the `nth` webhook about the conversation of this number that reaches this receiver. */
export function answerTo(seed: number, receiver: string, number: number, nth: number): Answer {
  if (nth !== drawWhole(1, early, seed, receiver, number)) return 'accept'
  // Dealt, not drawn: each hundred has them all, and neighbours differ.
  let place = (number * 37 + drawWhole(0, 99, seed, receiver)) % 100
  for (const [answer, share] of shares) {
    if (place < share) return answer
    place -= share
  }
  return 'accept'
}

/**
 * How long an answer takes, in ms: long enough that a kill finds webhooks under way, and now and then so long that more
 * happens to the conversation meanwhile.
 */
export function answerDelay(seed: number, receiver: string, number: number, nth: number): number {
  const isSlow = drawWhole(1, 16, seed, receiver, number, nth, 'slow') === 1
  return drawWhole(0, isSlow ? 500 : 20, seed, receiver, number, nth, 'delay')
}
