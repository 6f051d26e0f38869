import type { Context } from '../../../schema/context.js'
import type { Told } from '../../events/told.js'
import { runAhead } from '../runAhead.js'
import { InStep } from './inStep.js'
import { PlaceGone, resultOf, type SharedOperation, sourceOf } from './operation.js'
import { Ring } from './ring.js'

/** How much of what is told is executed at the same time, where that need not be in turn. */
const atOnce = 16

export interface GroupOptions {
  /** Every frame after this position comes. */
  from: number
  /** How many there are now. */
  members: () => number
  /** While somebody's rights may have changed just now: resolves once that is known. */
  settled: () => Promise<void> | undefined
}

/** One execution for all subscribers of the same operation and rights. */
export class Group {
  readonly ring: Ring
  readonly inStep: InStep
  /** Why there will be no more frames. */
  ended: Error | null = null
  #source: AsyncIterableIterator<Told>

  private constructor(source: AsyncIterableIterator<Told>, { from, members, settled }: GroupOptions) {
    this.#source = source
    this.ring = new Ring(from, members)
    this.inStep = new InStep(this.ring, settled)
  }

  /** Null when the operation cannot begin. */
  static async open(operation: SharedOperation, options: GroupOptions): Promise<Group | null> {
    const source = await sourceOf(operation, { resumeAt: options.from })
    if (!source) return null
    const group = new Group(source, options)
    group.#run(operation).catch((error) => group.close(error))
    return group
  }

  async #run(operation: SharedOperation) {
    const execute = together(operation)
    const executed = runAhead<{ told: Told; result: string }>(operation.inTurn ? 1 : atOnce).over(
      this.#source,
      async (told) => {
        if (told.isBeginning) throw new PlaceGone()
        return { told, result: await execute(told) }
      },
    )
    let results: string[] = []
    for await (const { told, result } of executed) {
      if (this.ended) return
      results.push(result)
      if (told.goesOn) continue
      await this.inStep.push({ position: told.position, results, isLast: told.isLast ?? false })
      results = []
    }
    throw new PlaceGone()
  }

  close(why: Error = new PlaceGone()): void {
    this.ended ??= why
    this.inStep.end()
    this.#source.return?.()
  }
}

/** What is executed at the same time has one context, and so is looked up together; what was looked up is not kept. */
function together(operation: SharedOperation): (told: Told) => Promise<string> {
  let context: Context | null = null
  let underWay = 0
  return async (told) => {
    context ??= operation.context({})
    underWay++
    try {
      return await resultOf(operation, told, context)
    } finally {
      if (--underWay === 0) context = null
    }
  }
}
