/** For a status line. */
export type FeedState =
  | { name: 'connecting'; attempt: number }
  | { name: 'live' }
  | { name: 'waiting'; delayMs: number; reason: string }
  /** `error` is null when you stopped it. */
  | { name: 'closed'; reason: string; error: FeedError | null }

/** Why a feed gave up. Trying again would not help: something has to be changed first. */
export class FeedError extends Error {
  override readonly name = 'FeedError'

  constructor(
    message: string,
    /** The close code of graphql-transport-ws, or the code of the GraphQL error, when there was one. */
    readonly code: number | string | null = null,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}
