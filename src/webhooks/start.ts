// TEMPORARY: its author replaces this file.
import type { ExecutionResult } from 'graphql'
import type { Actor } from '../actor.js'
import type { App } from '../app.js'

export type Subscribe = (
  actor: () => Promise<Actor | null>,
  document: string,
  variables: Record<string, unknown>,
) => Promise<AsyncIterableIterator<ExecutionResult>>

export async function startWebhooks(_app: App, _options: { subscribe: Subscribe; allowPrivate: boolean; report: (error: Error) => void }) {
  return { stop: async () => {}, wake: () => {} }
}
