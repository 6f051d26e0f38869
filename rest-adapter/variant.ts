import type { ProblemDetails } from './problem.js'

/** One of the two forms of the same nine operations. */
export interface Variant {
  /** For people. */
  title: string
  /** Its OpenAPI file, in this folder. */
  contract: string
  /** Where that file is served. */
  address: string
  /** The body around what an operation answers. */
  success(value: unknown, created: boolean): unknown
  /** The media type of what `failure` gives. */
  failureType: string
  failure(problem: ProblemDetails): unknown
}
