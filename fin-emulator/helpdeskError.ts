/** A call to the helpdesk that did not give what Fin asked for. `status` is null when no answer came at all. */
export class HelpdeskError extends Error {
  readonly status: number | null

  constructor(message: string, status: number | null) {
    super(message)
    this.name = 'HelpdeskError'
    this.status = status
  }
}

/** Says in a few words what went wrong; a refused connection has a code but often no message. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error as NodeJS.ErrnoException).code
  if (error.message && code && !error.message.includes(code)) return `${error.message} (${code})`
  return error.message || code || error.name
}
