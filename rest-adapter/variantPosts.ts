import type { Variant } from './variant.js'

/** Every call a POST; answers in `{data, error}`. The creates also bare, because clients read them either way. */
export const postsVariant: Variant = {
  title: 'POST only',
  contract: 'openapi-posts-only.yaml',
  address: '/openapi-posts-only.json',
  success: (value, created) => (created ? { data: value, ...(value as object) } : { data: value }),
  failureType: 'application/json',
  failure: (error) => ({ data: null, error }),
}
