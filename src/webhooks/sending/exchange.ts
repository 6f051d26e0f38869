import type { Dispatcher, Pool } from 'undici'

/** An answer whose status has been given. A body that breaks off is no failure. */
export interface Answered {
  statusCode: number
  retryAfter: string | null
  /** The beginning of its body. */
  start: string
}

const bytesRead = 2_048

/**
 * Sends one request and reads the beginning of the answer; throws when there is none within `limit` ms. Goes without the
 * stream and the signal that `pool.request` makes for each, which cost more than the request.
 */
export function exchange(
  pool: Pool,
  request: Pick<Dispatcher.DispatchOptions, 'path' | 'method' | 'headers' | 'body'>,
  limit: number,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    let answer: Omit<Answered, 'start'> | null = null
    let running: Dispatcher.DispatchController | null = null
    let isOver = false

    /** With what has come of the answer; without one, with an error. */
    function end(error?: Error) {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      if (!answer) return reject(error ?? new Error('It ended without an answer.'))
      const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
      resolve({ ...answer, start: body.toString('utf8', 0, bytesRead) })
    }

    function breakOff(error: Error) {
      end(error)
      running?.abort(error)
    }

    const timer = setTimeout(() => breakOff(new Error(`There was no answer within ${limit} ms.`)), limit)

    pool.dispatch(request, {
      onRequestStart(controller) {
        running = controller
        if (isOver) controller.abort(new Error('It comes too late.'))
      },
      onResponseStart(_, statusCode, headers) {
        // What is below is only on its way to an answer.
        if (statusCode < 200) return
        const retryAfter = headers['retry-after']
        answer = { statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : null }
      },
      onResponseData(_, chunk) {
        parts.push(chunk)
        length += chunk.length
        if (length >= bytesRead) breakOff(new Error('The rest is not read.'))
      },
      onResponseEnd: () => end(),
      onResponseError: (_, error) => end(error),
    })
  })
}
