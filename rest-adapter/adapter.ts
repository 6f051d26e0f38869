// TEMPORARY: its author replaces this file.
import { Router } from 'express'
import type { DocumentNode, ExecutionResult } from 'graphql'
import type { Actor } from '../src/actor.js'
import type { App } from '../src/app.js'

export type Execute = (actor: Actor, document: DocumentNode, variables: Record<string, unknown>) => Promise<ExecutionResult>

export async function finApi(_app: App, _execute: Execute, _options: { report: (error: Error, id?: string) => void }) {
  return Router()
}
