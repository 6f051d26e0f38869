/** What follows when a connection, or the subscription on it, has ended. */
export type Verdict =
  /** The server goes away in good order: another one is there, or soon will be. */
  | 'elsewhere'
  /** It may pass by itself. */
  | 'later'
  /** The token was refused. */
  | 'token'
  /** The same would happen again for ever. */
  | 'fault'

export class Ended extends Error {
  constructor(
    readonly verdict: Verdict,
    message: string,
    readonly code: number | string | null = null,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

const restarts = [1001, 1012, 4499]
const refusals = [4401, 4403]
const faults = [4400, 4406, 4409]

export function endOfSocket(code: number, reason: string): Ended {
  const verdict = restarts.includes(code)
    ? 'elsewhere'
    : refusals.includes(code)
      ? 'token'
      : faults.includes(code)
        ? 'fault'
        : 'later'
  return new Ended(verdict, reason ? `${reason} (${code})` : `The connection was closed (${code})`, code)
}

export interface GraphqlFault {
  message: string
  extensions?: Record<string, unknown>
}

const passing = ['INTERNAL', 'OVERLOADED', 'RATE_LIMITED']

/** An error without a code is one of the document: it does not fit the schema. */
export function endOfOperation([error]: readonly GraphqlFault[]): Ended {
  const code = typeof error?.extensions?.code === 'string' ? error.extensions.code : null
  const verdict = code === 'UNAUTHENTICATED' ? 'token' : code && passing.includes(code) ? 'later' : 'fault'
  return new Ended(verdict, error?.message ?? 'The operation failed', code)
}

/** Of code that is not ours: the app's token, snapshot or network. */
export function endOf(error: unknown): Ended {
  if (error instanceof Ended) return error
  return new Ended('later', error instanceof Error ? error.message : String(error), null, { cause: error })
}
