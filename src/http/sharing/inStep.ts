import { type Frame, type Ring, sizeOf } from './ring.js'

/** After a delivery, what comes within this time is delivered together, in ms. */
const gathering = 10
/** So much is delivered at once without waiting for more, in characters. */
const enough = 16_000

/** What is new to all who are in step. */
export interface Batch {
  /** The positions that it begins and ends with. */
  first: number
  last: number
  results: readonly string[]
}

export interface Follower {
  /** Takes all of it at once, or nothing, and reads on by itself. */
  take(batch: Batch): boolean
  /** It is no longer in step. */
  left(): void
}

/** Those who have read all that is in their group's ring: they are handed what is new, and wait for nothing. */
export class InStep {
  #followers = new Set<Follower>()
  /** Is put into the ring when it is delivered: whoever has all of the ring has none of it. */
  #fresh: Frame[] = []
  #characters = 0
  #restsUntil = 0
  #timer: NodeJS.Timeout | undefined
  #ring: Ring
  #settled: () => Promise<void> | undefined

  /** @param settled while somebody's rights may have changed just now: resolves once those of other rights have left */
  constructor(ring: Ring, settled: () => Promise<void> | undefined) {
    this.#ring = ring
    this.#settled = settled
  }

  /** Returns how to leave. */
  add(follower: Follower): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  /** Resolves once there is room for more. */
  async push(frame: Frame): Promise<void> {
    this.#fresh.push(frame)
    this.#characters += sizeOf(frame)
    const rest = this.#restsUntil - performance.now()
    if (rest <= 0 || this.#characters >= enough) await this.#deliver()
    else this.#timer ??= setTimeout(() => this.#deliver(), rest)
  }

  /** Nothing comes any more: each reads what is left by itself. */
  end(): void {
    this.#publish()
    for (const follower of this.#followers) this.#leave(follower)
  }

  async #deliver(): Promise<void> {
    await this.#settled()
    const frames = this.#publish()
    const [first, last] = [frames[0], frames.at(-1)]
    if (!first || !last) return
    const results = frames.flatMap((frame) => frame.results)
    const batch = { first: first.position, last: last.position, results }
    for (const follower of this.#followers) {
      if (last.isLast || !follower.take(batch)) this.#leave(follower)
    }
    this.#restsUntil = performance.now() + gathering
  }

  #publish(): Frame[] {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const frames = this.#fresh
    this.#fresh = []
    this.#characters = 0
    for (const frame of frames) this.#ring.push(frame)
    return frames
  }

  #leave(follower: Follower) {
    this.#followers.delete(follower)
    follower.left()
  }
}
