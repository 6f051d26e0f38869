import type { Actor } from '../src/actor.js'
import type { App } from '../src/app.js'
import type { Settled } from '../src/execution/execution.js'
import { type Loaders, loaders } from './loaders.js'

/** What a resolver works with. */
export interface Context {
  app: App
  /** Null: nobody has signed in. */
  readonly actor: Actor | null
  /** Asks anew who the actor is and what they may see; a subscription does so before each event. */
  refresh: () => Promise<Actor | null>
  load: Loaders
  /** Where a subscription that has begun elsewhere goes on; null or left out: it begins as its arguments say. */
  resumeAt?: number | null
  /** With which rights it did so until now, when those may have been others. */
  before?: Actor | null
  /** What the short way left. */
  settled?: Settled
  /** For a durable subscriber: called with a position when nothing up to it is still to come of a subscription. */
  passed?: (position: number) => void
}

/**
 * Makes an object into the context of one request, or of the whole life of one subscription, which asks `again` who
 * is there: `actor` is then the answer of its last time.
 */
export function contextFor(
  app: App,
  actor: Actor | null,
  again: () => Promise<Actor | null> = async () => actor,
  target: object = {},
): Context {
  let present = actor
  Object.defineProperty(target, 'actor', { get: () => present, enumerable: true })
  return Object.assign(target as Pick<Context, 'actor'>, {
    app,
    refresh: async () => {
      present = await again()
      return present
    },
    load: loaders(app, () => present),
  })
}
