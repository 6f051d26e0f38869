import type { Actor } from '../src/actor.js'

/**
 * The extension `shared` of a subscription field: whoever asks the same with the same rights may be given what was
 * executed for another. The field's source gives Told, and heeds `resumeAt` and `before` of its context.
 */
export interface Shared<Arguments> {
  /** Whether a stream goes on as it is for one whose rights change; else it is executed alone until it has told of that. */
  survives(change: { before: Actor; now: Actor }, args: Arguments): boolean
  /** Resolvers ask for what the source keeps up with, which must not go on before they have been answered. */
  inTurn?: boolean
}
