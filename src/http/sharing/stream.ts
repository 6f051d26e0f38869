import { stoppable } from '../../events/stoppable.js'
import { eventsOf, frameOf, type Group, PlaceGone, type SharedOperation } from './group.js'
import { AsksWhoLooks } from './rights.js'

/** A place among those who share, with the operation as those of its rights execute it. */
export interface Place {
  group: Group
  operation: SharedOperation
  leave(): void
}

export interface StreamOptions {
  /** After this position; null when that is for the operation to say, as when it cannot be resumed there. */
  resumeAt: number | null
  /** With the rights of now. Null when the operation cannot begin; refused when the token is no longer good. */
  join: (from: number) => Promise<Place | 'refused' | null>
  /** Executes the operation for this subscriber alone, from a position on; null: from where it says itself. */
  alone: (resumeAt: number | null) => Promise<AsyncIterable<unknown>>
  /** Something in the operation depends on who looks. */
  isPersonal: () => void
}

/**
 * One subscriber's way through a shared operation: behind its group it reads the log by itself, then from the group's
 * ring, at its own pace. It holds no events: a slow one falls behind, and catches up from the log.
 */
export class SharedStream {
  #options: StreamOptions
  #position: number | null
  #isStopped = false
  /** Its rights may be others than those it joined with. */
  #isStale = false
  /** Ends what is waited for. */
  #interrupt: () => void = () => undefined

  constructor(options: StreamOptions) {
    this.#options = options
    this.#position = options.resumeAt
  }

  /** Looks anew what its subscriber may see. */
  refresh(): void {
    this.#isStale = true
    this.#interrupt()
  }

  /** The results as JSON, in order, without gap or repeat. */
  results(): AsyncGenerator<string, void> {
    return stoppable(this.#run(), () => {
      this.#isStopped = true
      this.#interrupt()
    })
  }

  async *#run(): AsyncGenerator<string, void> {
    const { join, isPersonal } = this.#options
    while (!this.#isStopped) {
      this.#isStale = false
      const place = await join(this.#position ?? Number.POSITIVE_INFINITY)
      if (place === 'refused') return
      if (!place) return yield* this.#alone()
      try {
        yield* this.#among(place)
      } catch (error) {
        if (error instanceof AsksWhoLooks) {
          isPersonal()
          return yield* this.#alone()
        }
        if (!(error instanceof PlaceGone)) throw error
      } finally {
        place.leave()
      }
    }
  }

  /** Until it is stopped or its rights may have changed. */
  async *#among(place: Place): AsyncGenerator<string, void> {
    const { group } = place
    while (!this.#isStopped && !this.#isStale) {
      if (this.#position === null || this.#position < group.ring.from) {
        yield* this.#catchUp(place)
        continue
      }
      const frame = group.ring.after(this.#position)
      if (frame) {
        this.#position = frame.position
        yield frame.json
      } else if (group.ended) throw group.ended
      else await this.#changeOf(group)
    }
  }

  async *#catchUp({ group, operation }: Place): AsyncGenerator<string, void> {
    const events = await eventsOf(operation, this.#position ?? undefined)
    if (!events) throw new PlaceGone()
    try {
      while (!this.#isStopped && !this.#isStale) {
        const next = await this.#unlessInterrupted(events.next())
        if (!next) return
        if (next.done) throw new PlaceGone()
        const { position, json } = await frameOf(operation, next.value)
        this.#position = position
        yield json
        if (position >= group.ring.from) return
      }
    } finally {
      await events.return?.()
    }
  }

  async *#alone(): AsyncGenerator<string, void> {
    const results = (await this.#options.alone(this.#position))[Symbol.asyncIterator]()
    try {
      let next = results.next()
      while (!this.#isStopped) {
        const result = await this.#unlessInterrupted(next)
        if (!result) continue
        if (result.done) return
        yield JSON.stringify(result.value)
        next = results.next()
      }
    } finally {
      await results.return?.()
    }
  }

  #unlessInterrupted<Value>(value: Promise<Value>): Promise<Value | null> {
    const interrupted = new Promise<null>((resolve) => {
      this.#interrupt = () => resolve(null)
    })
    return Promise.race([value, interrupted])
  }

  #changeOf(group: Group): Promise<void> {
    return new Promise((resolve) => {
      const silence = group.onChange(resolve)
      this.#interrupt = () => {
        silence()
        resolve()
      }
    })
  }
}
