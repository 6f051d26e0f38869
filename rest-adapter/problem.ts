/** What went wrong, after RFC 9457. */
export interface ProblemDetails {
  type: string
  title: string
  status: number
  detail: string
  instance?: string
}

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

export interface ProblemExtras {
  headers?: Record<string, string>
  /** This occurrence, as a URI. */
  instance?: string
}

/** An answer other than success. Thrown anywhere below a request, answered in the form of the request's variant. */
export class Problem extends Error {
  constructor(
    readonly status: keyof typeof titles,
    detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail)
  }

  get details(): ProblemDetails {
    const { status, message: detail, extras } = this
    const instance = extras.instance && { instance: extras.instance }
    return { type: 'about:blank', title: titles[status], status, detail, ...instance }
  }
}

/**
 * Fin answers every 401 with a new token and a repeat, so it must never mean anything but the credentials. What is wrong
 * with them stands in the integration's log only.
 */
export function unauthorized(hasToken = true): Problem {
  return new Problem(401, 'The credentials are missing, wrong or expired.', {
    // Without a token there is no error to name (RFC 6750, section 3.1).
    headers: { 'WWW-Authenticate': hasToken ? 'Bearer error="invalid_token"' : 'Bearer realm="Graphdesk"' },
  })
}

/** `what` does not exist, or not for this integration. */
export function notFound(what: string): Problem {
  return new Problem(404, `There is no ${what} with this id.`)
}

/** Nothing was changed; the same call may be repeated after these seconds. */
export function unavailable(seconds = 5): Problem {
  return new Problem(503, `The server is busy; repeat in ${seconds} seconds.`, {
    headers: { 'Retry-After': String(seconds) },
  })
}

/** Nothing was changed; the caller has used up what it may for these seconds. */
export function tooManyRequests(seconds: number): Problem {
  return new Problem(429, `Too many requests; repeat in ${seconds} seconds.`, {
    headers: { 'Retry-After': String(seconds) },
  })
}
