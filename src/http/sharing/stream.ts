import type { ExecutionResult } from 'graphql'
import type { AgentActor } from '../../actor.js'
import { stoppable } from '../../events/stoppable.js'
import type { Told } from '../../events/told.js'
import type { Group } from './group.js'
import type { Batch } from './inStep.js'
import { frameOf, type Going, PlaceGone, type SharedOperation, sourceOf } from './operation.js'
import { AsksWhoLooks } from './rights.js'
import type { Frame } from './ring.js'

/** The operation as those of the subscriber's rights execute it. */
export interface View {
  operation: SharedOperation
  /** Without who has them. */
  rights: AgentActor
  /** They were others until now, of which the subscriber has to be told before it comes along. */
  isOther: boolean
  /** Null when the operation cannot begin. */
  join: (from: number) => Promise<Membership | null>
}

/** A place among those who share. */
export interface Membership {
  group: Group
  leave(): void
}

export interface StreamOptions {
  /** After this position; null when that is for the operation to say, as with a snapshot. */
  resumeAt: number | null
  /** With the rights of now; refused when the token is no longer good. */
  look: (before: AgentActor | null) => Promise<View | 'refused'>
  /** Executes the operation for this subscriber alone. */
  alone: (going: Going) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>
  /** While its rights may have changed just now: resolves once that is known. */
  settled: () => Promise<void> | undefined
  /** Something in the operation depends on who looks. */
  isPersonal: () => void
  /** It has come to its end. */
  ended: () => void
}

/** Sends results at once, all or none of them; false when there is no room for them now. */
export type Take = (results: readonly string[]) => boolean

/** A part of a subscriber's way. */
interface Stretch {
  results: AsyncGenerator<string, void>
  leave(): void
}

/**
 * One subscriber's way through a shared operation: what it begins with is made for it alone; behind its group it reads
 * the log by itself, then from the group's ring, at its own pace, until it is in step and is given what comes. It holds
 * no events: a slow one falls behind, and catches up from the log.
 */
export class SharedStream {
  #options: StreamOptions
  #position: number | null
  /** Those of what it was given last; null before it has begun. */
  #rights: AgentActor | null = null
  #entered: Stretch | null = null
  #isStopped = false
  /** Its rights may be others than those it joined with. */
  #isStale = false
  #take: Take = () => false
  /** Ends what is waited for. */
  #interrupt: () => void = () => undefined

  constructor(options: StreamOptions) {
    this.#options = options
    this.#position = options.resumeAt
  }

  /** Whether there is something to share: else it is to be executed for its subscriber alone. */
  async enter(): Promise<boolean> {
    try {
      const stretch = await this.#next()
      if (stretch !== 'refused') this.#entered = stretch
      return this.#entered !== null
    } finally {
      // It may have been stopped meanwhile.
      if (!this.#entered || this.#isStopped) this.stop()
    }
  }

  /** Looks anew what its subscriber may see. */
  refresh(): void {
    this.#isStale = true
    this.#interrupt()
  }

  /** Its results come to their end, and it leaves those who share. */
  stop(): void {
    this.#isStopped = true
    this.#interrupt()
    this.#entered?.leave()
    this.#entered = null
    this.#options.ended()
  }

  /**
   * In order, without gap or repeat; as JSON where it was executed for several.
   * @param take is given what comes while nothing is left to be read here
   */
  results(take: Take = this.#take): AsyncGenerator<string | ExecutionResult, void> {
    this.#take = take
    return stoppable(this.#run(), () => this.stop())
  }

  async *#run(): AsyncGenerator<string | ExecutionResult, void> {
    const { isPersonal } = this.#options
    try {
      while (!this.#isStopped) {
        const stretch = this.#entered ?? (await this.#next())
        this.#entered = null
        if (stretch === 'refused') return
        if (!stretch) return yield* this.#alone()
        try {
          yield* stretch.results
        } catch (error) {
          if (error instanceof AsksWhoLooks) {
            isPersonal()
            return yield* this.#alone()
          }
          if (!(error instanceof PlaceGone)) throw error
        } finally {
          stretch.leave()
        }
      }
    } finally {
      this.stop()
    }
  }

  /** By itself while it has not begun, or has to be told of other rights; else among those who share. */
  async #next(): Promise<Stretch | 'refused' | null> {
    this.#isStale = false
    const view = await this.#options.look(this.#rights)
    if (view === 'refused') return view
    if (this.#position === null || view.isOther) {
      const source = await sourceOf(view.operation, { resumeAt: this.#position, before: this.#rights })
      return (
        source && { results: this.#byItself(view, source, () => true), leave: () => void source.return?.() }
      )
    }
    const membership = await view.join(this.#position)
    return membership && { results: this.#among(view, membership.group), leave: membership.leave }
  }

  /** Until it is stopped or its rights may have changed. */
  async *#among(view: View, group: Group): AsyncGenerator<string, void> {
    this.#rights = view.rights
    while (!this.#isStopped && !this.#isStale) {
      if (this.#position === null || this.#position < group.ring.from) {
        const source = await sourceOf(view.operation, { resumeAt: this.#position })
        if (!source) throw new PlaceGone()
        yield* this.#byItself(view, source, (position) => position >= group.ring.from)
        continue
      }
      const frame = group.ring.after(this.#position)
      if (frame) yield* this.#show(view, frame)
      else if (group.ended) throw group.ended
      else await this.#goInStep(group)
    }
  }

  async *#byItself(
    view: View,
    source: AsyncIterableIterator<Told>,
    isEnough: (position: number) => boolean,
  ): AsyncGenerator<string, void> {
    try {
      while (!this.#isStopped && !this.#isStale) {
        const next = await this.#unlessInterrupted(source.next())
        if (!next) return
        if (next.done) throw new PlaceGone()
        const frame = await frameOf(view.operation, next.value, source)
        yield* this.#show(view, frame)
        if (isEnough(frame.position)) return
      }
    } finally {
      await source.return?.()
    }
  }

  /** All of it, or else it is still to be shown, with other rights perhaps. */
  async *#show({ rights }: View, { position, results, isLast }: Frame): AsyncGenerator<string, void> {
    for (const json of results) {
      await this.#options.settled()
      if (this.#isStopped || this.#isStale) return
      yield json
    }
    this.#position = position
    this.#rights = rights
    if (isLast) this.#isStopped = true
  }

  async *#alone(): AsyncGenerator<ExecutionResult, void> {
    const begun = await this.#options.alone({ resumeAt: this.#position, before: this.#rights })
    if (!(Symbol.asyncIterator in begun)) throw begun.errors?.[0] ?? new PlaceGone()
    const results = begun[Symbol.asyncIterator]()
    try {
      let next = results.next()
      while (!this.#isStopped) {
        const result = await this.#unlessInterrupted(next)
        if (!result) continue
        if (result.done) return
        await this.#options.settled()
        if (this.#isStopped) return
        yield result.value
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

  /** Until there is something to be read, or no more. */
  #goInStep({ inStep }: Group): Promise<void> {
    return new Promise((left) => {
      const leave = inStep.add({ take: (batch) => this.#takeAll(batch), left })
      this.#interrupt = () => {
        leave()
        left()
      }
    })
  }

  #takeAll({ first, last, results }: Batch): boolean {
    // Whoever came from the log may be ahead of the ring.
    if (this.#position === null || this.#position >= first || !this.#take(results)) return false
    this.#position = last
    return true
  }
}
