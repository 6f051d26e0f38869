// TEMPORARY: its author replaces this file.
import { Router } from 'express'
import type { App } from '../src/app.js'

export function tokenEndpoint(_app: App) {
  return Router()
}
