import type { Actor } from '../src/actor.js'
import type { App } from '../src/app.js'
import { type Loaders, loaders } from './loaders.js'

/** What a resolver works with. */
export interface Context {
  app: App
  /** Null: nobody has signed in. */
  actor: Actor | null
  /** Asks anew who the actor is and what they may see; a subscription does so before each event. */
  refresh: () => Promise<Actor | null>
  load: Loaders
}

/** A context for one request, or for the whole life of one subscription. */
export function contextFor(app: App, actor: Actor | null, again?: () => Promise<Actor | null>): Context {
  const context: Context = {
    app,
    actor,
    refresh: async () => {
      context.actor = again ? await again() : actor
      return context.actor
    },
    load: loaders(app, () => context.actor),
  }
  return context
}
