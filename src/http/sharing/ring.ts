/** What is told at one place in the log, as a subscriber is sent it. */
export interface Frame {
  position: number
  /** Execution results as JSON. */
  results: string[]
  /** Nothing follows. */
  isLast: boolean
}

const mostFrames = 1_000
const mostCharacters = 1_000_000
/** Many may share what few may not: each conversation that somebody looks at has a ring of its own. */
const mostForEach = 16_000

/** The last frames of a subscription that many share: each of them reads at its own pace, and keeps nothing itself. */
export class Ring {
  #frames: Frame[] = []
  #characters = 0
  #from: number
  #readers: () => number

  /**
   * @param from every frame after this position comes in here
   * @param readers how many read it now
   */
  constructor(from: number, readers: () => number) {
    this.#from = from
    this.#readers = readers
  }

  /** Whoever has all up to here, or further, misses nothing by reading on from the ring. */
  get from(): number {
    return this.#from
  }

  push(frame: Frame): void {
    this.#frames.push(frame)
    this.#characters += sizeOf(frame)
    const most = Math.min(mostCharacters, mostForEach * this.#readers())
    while (this.#frames.length > mostFrames || (this.#characters > most && this.#frames.length > 1)) {
      const gone = this.#frames.shift() as Frame
      this.#characters -= sizeOf(gone)
      this.#from = gone.position
    }
  }

  /** The first frame after a position; null when there is none yet. */
  after(position: number): Frame | null {
    // Nearly everybody has read all but the newest.
    for (let index = this.#frames.length; index > 0; index--) {
      if ((this.#frames[index - 1] as Frame).position <= position) return this.#frames[index] ?? null
    }
    return this.#frames[0] ?? null
  }
}

/** In characters. */
export function sizeOf({ results }: Frame): number {
  return results.reduce((sum, { length }) => sum + length, 0)
}
