import type { Conversation } from './generated/prisma/client.js'

/** Every way in which a request can fail by the asker's doing. Anything else is masked and logged. */
export type ErrorCode =
  | 'NOT_FOUND'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'CONFLICT'
  | 'INVALID'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'RATE_LIMITED'
  | 'OVERLOADED'

export abstract class ExpectedError extends Error {
  abstract readonly code: ErrorCode
}

/** What was named does not exist, or not for this actor: the two are not told apart. */
export class NotFoundError extends ExpectedError {
  readonly code = 'NOT_FOUND'

  constructor(readonly what: string) {
    super(`${what} not found. Check the id, and that you may see it.`)
  }
}

export class ForbiddenError extends ExpectedError {
  constructor(
    message: string,
    readonly code: 'FORBIDDEN' | 'UNAUTHENTICATED' = 'FORBIDDEN',
  ) {
    super(message)
  }
}

/** The conversation, or what the caller has in it, has moved on since they read it; carries its present state. */
export class ConflictError extends ExpectedError {
  readonly code = 'CONFLICT'

  constructor(
    message: string,
    readonly conversation: Conversation,
  ) {
    super(message)
  }
}

export class ValidationError extends ExpectedError {
  constructor(
    /** The input field at fault, as the caller wrote it. */
    readonly field: string,
    message: string,
    readonly code: 'INVALID' | 'IDEMPOTENCY_KEY_REUSED' = 'INVALID',
  ) {
    super(message)
  }
}

export class RateLimitedError extends ExpectedError {
  readonly code = 'RATE_LIMITED'

  constructor(readonly retryAfterSeconds: number) {
    super(`Too many attempts. Try again in ${retryAfterSeconds} s.`)
  }
}

/** The database did not answer in time; nothing was changed, the same call may be repeated. */
export class OverloadedError extends ExpectedError {
  readonly code = 'OVERLOADED'

  constructor(options?: ErrorOptions) {
    super('The helpdesk is busy. Nothing was changed; try again in a moment.', options)
  }
}
