import { createSourceEventStream, type ExecutionResult, execute } from 'graphql'
import type { Context } from '../../../schema/context.js'
import type { AnyEvent } from '../../../schema/event.js'
import { AsksWhoLooks } from './rights.js'
import { type Frame, Ring } from './ring.js'

/** A subscription as it is executed, apart from who asked and from where they resume. */
export interface SharedOperation {
  schema: Parameters<typeof execute>[0]['schema']
  document: Parameters<typeof execute>[0]['document']
  operationName?: string | null
  variableValues?: Record<string, unknown> | null
  /** A context with the rights of all who share it. */
  context: (resumeAt: number | undefined) => Context
  shownError: (error: unknown) => Error
}

/** What the log has for an operation, from a position on; null when the operation cannot begin. */
export async function eventsOf(
  { context, shownError: _, ...operation }: SharedOperation,
  resumeAt: number | undefined,
): Promise<AsyncIterableIterator<AnyEvent> | null> {
  const events = await createSourceEventStream({ ...operation, contextValue: context(resumeAt) })
  return Symbol.asyncIterator in events ? (events as AsyncIterableIterator<AnyEvent>) : null
}

/** Executes an operation for one event. Throws AsksWhoLooks, or what the subscribers may be shown of a fault. */
export async function frameOf(operation: SharedOperation, event: AnyEvent): Promise<Frame> {
  const { context, shownError, ...rest } = operation
  const result: ExecutionResult = await execute({
    ...rest,
    rootValue: event,
    contextValue: context(undefined),
  })
  const [error] = result.errors ?? []
  if (error?.originalError instanceof AsksWhoLooks) throw error.originalError
  if (error) throw shownError(error)
  return { position: event.position, json: JSON.stringify(result) }
}

/** The log no longer has a group's place: its subscribers find out each for themselves. */
export class PlaceGone extends Error {}

/** One execution for all subscribers of the same operation and rights. */
export class Group {
  readonly ring: Ring
  /** Why there will be no more frames. */
  ended: Error | null = null
  #events: AsyncIterableIterator<AnyEvent>
  #waiting = new Set<() => void>()

  private constructor(events: AsyncIterableIterator<AnyEvent>, from: number) {
    this.#events = events
    this.ring = new Ring(from)
  }

  /** Null when the operation cannot begin. */
  static async open(operation: SharedOperation, from: number): Promise<Group | null> {
    const events = await eventsOf(operation, from)
    if (!events) return null
    const group = new Group(events, from)
    group.#run(operation).catch((error) => group.#end(error))
    return group
  }

  async #run(operation: SharedOperation) {
    for await (const event of this.#events) {
      if (this.ended) return
      if (event.type === 'RESYNC') throw new PlaceGone()
      this.ring.push(await frameOf(operation, event))
      this.#wake()
    }
    throw new PlaceGone()
  }

  #end(error: Error) {
    this.ended ??= error
    this.#wake()
  }

  #wake() {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  /** Calls back once, when there is more, or no more. Returns how to take that back. */
  onChange(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }

  close(): void {
    this.#end(new PlaceGone())
    this.#events.return?.()
  }
}
