import type { Activity } from './activity.js'
import type { HelpdeskClient } from './helpdeskClient.js'
import type { Agent } from './shapes.js'
import type { Store } from './store.js'
import type { SyncQueue } from './syncQueue.js'

/** A helpdesk that Fin is connected with. */
export interface Helpdesk {
  /** The agent who stands for Fin. */
  agent: Agent
  /** A client whose calls are logged under one of Fin's conversations. */
  client(conversation: string | null): HelpdeskClient
}

/** What Fin's parts share. */
export interface Fin {
  activity: Activity
  store: Store
  syncs: SyncQueue
  /** Throws `NotConnectedError` before the connection is set up. */
  helpdesk(): Helpdesk
}

/** Fin has not been told yet how to reach a helpdesk. */
export class NotConnectedError extends Error {
  constructor() {
    super('Fin is not connected with a helpdesk yet.')
    this.name = 'NotConnectedError'
  }
}
