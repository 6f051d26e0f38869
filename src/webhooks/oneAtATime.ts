/** Work that is asked for more often than it need be done: one run at a time, and one more when asked meanwhile. */
export interface OneAtATime {
  wake(): void
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>
}

/** What `work` throws is reported; the next wake tries again. */
export function oneAtATime(work: () => Promise<void>, report: (error: Error) => void): OneAtATime {
  let again = false
  let running: Promise<void> | null = null

  async function run() {
    while (again) {
      again = false
      await work().catch(report)
    }
    running = null
  }

  return {
    wake() {
      again = true
      running ??= run()
    },
    idle: async () => running ?? undefined,
  }
}
