import type { Clock } from '../../src/clock.js'

export interface MovableClock extends Clock {
  advance(ms: number): void
}

/** As the system's, and ahead of it by what was advanced. */
export function movableClock(): MovableClock {
  let ahead = 0
  return {
    now: () => new Date(Date.now() + ahead),
    advance: (ms) => {
      ahead += ms
    },
  }
}

/** Time that a test alone lets pass: however slow the machine is, nothing becomes due meanwhile. */
export function stillClock(): MovableClock {
  let now = Date.now()
  return {
    now: () => new Date(now),
    advance: (ms) => {
      now += ms
    },
  }
}
