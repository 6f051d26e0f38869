import { ExpectedError, ValidationError } from '../src/errors.js'
import { newId } from '../src/ids.js'
import { UnreadableBody } from '../src/request/body.js'
import { Problem } from './problem.js'
import { refusalProblem } from './refusal.js'

/** Logs a fault once, with the id that the client is shown. */
export type Report = (error: Error, requestId?: string) => void

/** What the client is told of an error. An unexpected one is reported, and answered with nothing but its id. */
export function problemOf(error: unknown, report: Report): Problem {
  if (error instanceof Problem) return error
  const expected =
    error instanceof UnreadableBody
      ? unreadable(error)
      : error instanceof ExpectedError
        ? thrown(error)
        : null
  if (expected) return expected
  const requestId = newId()
  report(error instanceof Error ? error : new Error(String(error)), requestId)
  return new Problem(500, 'Something went wrong on the server.', { instance: `urn:uuid:${requestId}` })
}

function thrown(error: ExpectedError): Problem | null {
  const field = error instanceof ValidationError ? error.field : undefined
  return refusalProblem({ code: error.code, reason: error.message, field })
}

function unreadable({ status }: UnreadableBody): Problem {
  if (status === 413) return new Problem(413, 'The body is larger than the server accepts, 1 MB.')
  if (status === 415) return new Problem(415, 'The encoding of the body is not known.')
  return new Problem(400, 'The body could not be read.')
}
