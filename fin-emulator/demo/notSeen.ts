import { isDeepStrictEqual } from 'node:util'

/** A step that was not seen to happen, with what was expected and what was seen in its place. */
export class NotSeenError extends Error {
  constructor(
    readonly step: string,
    readonly expected: unknown,
    readonly seen: unknown,
  ) {
    super(`Not seen: ${step}`)
    this.name = 'NotSeenError'
  }
}

/** Throws `NotSeenError` unless both are the same, however deep. */
export function expectSame(step: string, expected: unknown, seen: unknown): void {
  if (!isDeepStrictEqual(seen, expected)) throw new NotSeenError(step, expected, seen)
}
