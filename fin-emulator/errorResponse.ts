import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { NotConnectedError } from './fin.js'
import { HelpdeskError, reason } from './helpdeskError.js'
import { ConversationClosedError } from './messenger.js'
import { UnknownConversationError } from './messengerRoutes.js'

/** Answers an error of the control API as `{error: {title}}`. */
export function errorResponse(
  error: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (response.headersSent) {
    next(error)
    return
  }
  const title = error instanceof z.ZodError ? z.prettifyError(error) : reason(error)
  response.status(statusOf(error)).json({ error: { title } })
}

function statusOf(error: unknown): number {
  if (error instanceof z.ZodError) return 400
  if (error instanceof UnknownConversationError) return 404
  if (error instanceof ConversationClosedError) return 409
  if (error instanceof HelpdeskError) return 502
  if (error instanceof NotConnectedError) return 503
  // The body parser's errors carry their own.
  const { status } = error as { status?: unknown }
  return typeof status === 'number' ? status : 500
}
