import type { ValidationResult } from 'openapi-backend'
import { Problem } from './problem.js'

type ErrorObject = NonNullable<ValidationResult['errors']>[number]

/** Says which field of a request is wrong. Of all that alternatives complain about, the deepest is the cause. */
export function invalid(errors: readonly ErrorObject[]): Problem {
  const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length
  const [cause] = errors.toSorted((one, other) => depth(other) - depth(one))
  return new Problem(400, cause ? sentence(cause) : 'The request could not be understood.')
}

function sentence({ keyword, instancePath, params, message }: ErrorObject): string {
  const [, part = '', ...steps] = instancePath.split('/')
  const place = steps.join('/') || `The ${part === 'query' ? 'query' : 'body'}`
  if (keyword !== 'required') return `${place} ${message ?? 'is not valid'}`
  const { missingProperty } = params
  return missingProperty === 'requestBody'
    ? 'The request needs a body.'
    : `${place} must have the property '${missingProperty}'`
}
