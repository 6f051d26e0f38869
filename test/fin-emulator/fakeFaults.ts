/** A call is answered `status`, though with `done` the operation was carried out. */
interface Fault {
  status: number
  done: boolean
}

/** Makes operations fail or wait on command. */
export function createFaults() {
  const failures = new Map<string, Fault & { times: number }>()
  const holds = new Map<string, { arrived: () => void; released: Promise<void> }>()

  /** The next `times` calls of an operation are answered `status`. */
  function fail(operation: string, status: number, times = Number.POSITIVE_INFINITY) {
    failures.set(operation, { status, times, done: false })
  }

  /** The next call of an operation is carried out, but answered 500. */
  function loseAnswer(operation: string) {
    failures.set(operation, { status: 500, times: 1, done: true })
  }

  function heal(operation: string) {
    failures.delete(operation)
  }

  /** Stops the next call of an operation: `arrived` tells when it is there, `release` lets it go on. */
  function hold(operation: string) {
    let release = () => {}
    let arrive = () => {}
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    holds.set(operation, { arrived: arrive, released })
    return { arrived, release }
  }

  async function meet(operation: string): Promise<Fault | null> {
    const held = holds.get(operation)
    if (held) {
      holds.delete(operation)
      held.arrived()
      await held.released
    }
    const failure = failures.get(operation)
    if (!failure || failure.times === 0) return null
    failure.times -= 1
    return failure
  }

  return { fail, loseAnswer, heal, hold, meet }
}
