import { createSourceEventStream, type ExecutionResult, execute } from 'graphql'
import type { Context } from '../../../schema/context.js'
import type { Told } from '../../events/told.js'
import { InStep } from './inStep.js'
import { AsksWhoLooks } from './rights.js'
import { type Frame, Ring } from './ring.js'

/** Where a stream goes on, and with which rights it did until now; left out, it begins as its arguments say. */
export type Going = Pick<Context, 'resumeAt' | 'before'>

/** A subscription as it is executed, apart from who asked and from where they resume. */
export interface SharedOperation {
  schema: Parameters<typeof execute>[0]['schema']
  document: Parameters<typeof execute>[0]['document']
  operationName?: string | null
  variableValues?: Record<string, unknown> | null
  /** A context with the rights of all who share it. */
  context: (going: Going) => Context
  shownError: (error: unknown) => Error
}

/** What there is to be told; null when the operation cannot begin. */
export async function sourceOf(
  { context, shownError: _, ...operation }: SharedOperation,
  going: Going,
): Promise<AsyncIterableIterator<Told> | null> {
  const source = await createSourceEventStream({ ...operation, contextValue: context(going) })
  return Symbol.asyncIterator in source ? (source as AsyncIterableIterator<Told>) : null
}

/** Executes an operation for all that its source tells at a place, of which the first is in hand. */
export async function frameOf(
  operation: SharedOperation,
  first: Told,
  source: AsyncIterator<Told>,
): Promise<Frame> {
  const results = [await resultOf(operation, first)]
  let told = first
  while (told.goesOn) {
    const next = await source.next()
    if (next.done) throw new PlaceGone()
    told = next.value
    results.push(await resultOf(operation, told))
  }
  return { position: told.position, results, isLast: told.isLast ?? false }
}

/** As JSON. Throws AsksWhoLooks, or what the subscribers may be shown of a fault. */
async function resultOf({ context, shownError, ...operation }: SharedOperation, told: Told): Promise<string> {
  const result: ExecutionResult = await execute({ ...operation, rootValue: told, contextValue: context({}) })
  const [error] = result.errors ?? []
  if (error?.originalError instanceof AsksWhoLooks) throw error.originalError
  if (error) throw shownError(error)
  return JSON.stringify(result)
}

/** The log no longer has a group's place: its subscribers find out each for themselves. */
export class PlaceGone extends Error {}

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
    group.#run(operation).catch((error) => group.#end(error))
    return group
  }

  async #run(operation: SharedOperation) {
    for await (const told of this.#source) {
      if (this.ended) return
      if (told.isBeginning) throw new PlaceGone()
      await this.inStep.push(await frameOf(operation, told, this.#source))
    }
    throw new PlaceGone()
  }

  #end(error: Error) {
    this.ended ??= error
    this.inStep.end()
  }

  close(): void {
    this.#end(new PlaceGone())
    this.#source.return?.()
  }
}
