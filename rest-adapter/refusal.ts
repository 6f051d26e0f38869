import type { ErrorCode } from '../src/errors.js'
import { Problem, unauthorized, unavailable } from './problem.js'

/** An expected failure, whether thrown or a member of a mutation's result. */
export interface Refusal {
  code: ErrorCode
  reason: string
  /** The GraphQL input field at fault. */
  field?: string
}

/** Selects it from any mutation's result; aliased, because a payload may have a `message` of its own. */
export const refusalFragment = `fragment Refusal on Error { code reason: message ... on ValidationError { field } }`

/** Its status in the contract; null for a failure that no request of Fin can cause. */
export function refusalProblem(
  refusal: Refusal,
  restField: (field: string) => string = (field) => field,
): Problem | null {
  const { code, reason, field } = refusal
  switch (code) {
    case 'NOT_FOUND':
      return new Problem(404, reason)
    case 'INVALID':
      return new Problem(400, field ? `${restField(field).replaceAll('.', '/')}: ${reason}` : reason)
    case 'UNAUTHENTICATED':
      return unauthorized()
    case 'FORBIDDEN':
      return new Problem(400, reason)
    case 'OVERLOADED':
      return unavailable()
    default:
      return null
  }
}
