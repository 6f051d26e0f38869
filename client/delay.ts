import type { Ended } from './ended.js'

/** How long to wait before the attempt that follows so many failures: doubling, half of it left to chance. */
function delayAfter(failures: number, { minDelayMs, maxDelayMs }: Delays): number {
  const longest = Math.min(maxDelayMs, minDelayMs * 2 ** (failures - 1))
  return Math.round((longest / 2) * (1 + Math.random()))
}

/** Before the next attempt, after so many failures of which this was the last. */
export function delayBefore(failures: number, { verdict }: Ended, delays: Delays): number {
  if (failures > 1 || verdict === 'later') return delayAfter(failures, delays)
  // At once, yet not everyone whom a restart cut off in the same millisecond.
  return verdict === 'elsewhere' ? Math.round((Math.random() * delays.minDelayMs) / 5) : 0
}

export interface Delays {
  minDelayMs: number
  maxDelayMs: number
}

export interface Pause {
  wait(ms: number): Promise<void>
  /** Ends a wait that is under way. */
  end(): void
}

export function createPause(): Pause {
  let end = () => {}
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        end = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    end: () => end(),
  }
}
