import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { OverloadedError } from '../errors.js'
import { newId } from '../ids.js'
import { say } from './files.js'
import type { Report } from './shownErrors.js'

/** Answers what a route has thrown. Express itself would show and log the trace of it, also of a client's mistake. */
export function unanswered(report: Report): ErrorRequestHandler {
  // Express knows such a handler by its fourth parameter.
  return (error, _request, response, _next) => {
    const isMistake = error.status >= 400 && error.status < 500
    const requestId = newId()
    if (!isMistake && !(error instanceof OverloadedError)) report(error, requestId)
    if (response.headersSent) return void response.destroy()
    response.set({ ...error.headers, 'Cache-Control': 'no-store' })
    if (isMistake) say(response, error.status, mistake(error))
    else if (error instanceof OverloadedError) say(response.set('Retry-After', '5'), 503, error.message)
    else say(response, 500, `Unexpected error. Ask the operator about ${requestId}.`)
  }
}

function mistake(error: { status: number }): string {
  if (error instanceof URIError) return 'The address cannot be read.'
  return STATUS_CODES[error.status] ?? 'The request cannot be answered.'
}
