import { createSourceEventStream, type ExecutionResult, execute } from 'graphql'
import type { Context } from '../../../schema/context.js'
import type { Told } from '../../events/told.js'
import { AsksWhoLooks } from './rights.js'
import type { Frame } from './ring.js'

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
  /** What is told is executed before more is told. */
  inTurn: boolean
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
export async function resultOf(
  { context, shownError, ...operation }: SharedOperation,
  told: Told,
  contextValue = context({}),
): Promise<string> {
  const result: ExecutionResult = await execute({ ...operation, rootValue: told, contextValue })
  const [error] = result.errors ?? []
  if (error?.originalError instanceof AsksWhoLooks) throw error.originalError
  if (error) throw shownError(error)
  return JSON.stringify(result)
}

/** The log no longer has a group's place: its subscribers find out each for themselves. */
export class PlaceGone extends Error {}
