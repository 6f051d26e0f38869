import type { Variant } from './variant.js'

/** One resource per path; bare answers. */
export const restVariant: Variant = {
  title: 'One resource per path',
  contract: 'openapi.yaml',
  address: '/openapi.json',
  success: (value) => value,
  failureType: 'application/problem+json',
  failure: (problem) => problem,
}
