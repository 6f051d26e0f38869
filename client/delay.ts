/** How long to wait before the attempt that follows so many failures: doubling, half of it left to chance. */
export function delayAfter(failures: number, { minDelayMs, maxDelayMs }: Delays): number {
  const longest = Math.min(maxDelayMs, minDelayMs * 2 ** (failures - 1))
  return Math.round((longest / 2) * (1 + Math.random()))
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
