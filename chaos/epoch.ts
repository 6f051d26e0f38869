/**
 * Counts the moments at which a crash begins and ends to be felt. What was begun in an earlier epoch than the present
 * one may have been cut off, or its success not noted; what was begun in this one may not.
 */
export interface Epoch {
  readonly now: number
  advance(): void
}

export function openEpoch(): Epoch {
  let now = 0
  return {
    get now() {
      return now
    },
    advance() {
      now++
    },
  }
}
