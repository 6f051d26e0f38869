import {
  ConflictError,
  type ErrorCode,
  type ExpectedError,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  ValidationError,
} from '../src/errors.js'
import { builder } from './builder.js'

const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'What kind of failure; stable, for programs.',
  values: {
    NOT_FOUND: { description: 'There is no such thing, or you may not see it.' },
    FORBIDDEN: { description: 'You see it, and may not do this.' },
    UNAUTHENTICATED: { description: 'Nobody is signed in, or the e-mail and password do not fit.' },
    CONFLICT: { description: 'The conversation has moved on from the `expectedVersion`.' },
    INVALID: { description: 'What was given cannot be taken; the message says why.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key was used with other input.' },
    RATE_LIMITED: { description: 'Too often; try again later.' },
    OVERLOADED: { description: 'There is too much to do at the moment; try again later.' },
  } satisfies Record<ErrorCode, object>,
})

const ErrorInterface = builder.interfaceRef<ExpectedError>('Error').implement({
  description: 'An expected failure of a mutation. Nothing was changed.',
  fields: (t) => ({
    code: t.field({
      type: ErrorCodeEnum,
      description: 'For programs.',
      resolve: (error): ErrorCode => error.code,
    }),
    message: t.exposeString('message', { description: 'For people: what is wrong and what to do next.' }),
  }),
})

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'What was named does not exist, or is not in your sight.',
  interfaces: [ErrorInterface],
  isTypeOf: (value) => value instanceof NotFoundError,
})

builder.objectType(ForbiddenError, {
  name: 'ForbiddenError',
  description: 'You are not signed in, or may not do this.',
  interfaces: [ErrorInterface],
  isTypeOf: (value) => value instanceof ForbiddenError,
})

/** Its `conversation` is added beside the type Conversation. */
export const ConflictErrorType = builder.objectType(ConflictError, {
  name: 'ConflictError',
  description:
    'What you saw has moved on: the conversation since `expectedVersion`, a draft, or a held reply.',
  interfaces: [ErrorInterface],
  isTypeOf: (value) => value instanceof ConflictError,
})

builder.objectType(ValidationError, {
  name: 'ValidationError',
  description: 'The input is not usable.',
  interfaces: [ErrorInterface],
  isTypeOf: (value) => value instanceof ValidationError,
  fields: (t) => ({ field: t.exposeString('field', { description: 'The input field at fault.' }) }),
})

builder.objectType(RateLimitedError, {
  name: 'RateLimitedError',
  description: 'Too many attempts.',
  interfaces: [ErrorInterface],
  isTypeOf: (value) => value instanceof RateLimitedError,
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', { description: 'When to try again, in seconds.' }),
  }),
})
