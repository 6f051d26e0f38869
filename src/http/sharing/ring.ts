/** One event as a subscriber is sent it. */
export interface Frame {
  /** Of the event, in the log. */
  position: number
  /** An execution result. */
  json: string
}

const mostFrames = 1_000
const mostCharacters = 1_000_000

/** The last frames of a subscription that many share: each of them reads at its own pace, and keeps nothing itself. */
export class Ring {
  #frames: Frame[] = []
  #characters = 0
  #from: number

  /** @param from every frame after this position comes in here */
  constructor(from: number) {
    this.#from = from
  }

  /** Whoever has all up to here, or further, misses nothing by reading on from the ring. */
  get from(): number {
    return this.#from
  }

  push(frame: Frame): void {
    this.#frames.push(frame)
    this.#characters += frame.json.length
    while (
      this.#frames.length > mostFrames ||
      (this.#characters > mostCharacters && this.#frames.length > 1)
    ) {
      const gone = this.#frames.shift() as Frame
      this.#characters -= gone.json.length
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
