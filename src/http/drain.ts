import type { RequestHandler, Response } from 'express'

/** How a node that is about to stop treats what still comes, and what stays open. */
export interface Drain {
  /** Goes before all else. */
  middleware: RequestHandler
  isDraining(): boolean
  /** From now on connections end with their answer; streams, which have none, at once: their clients resume elsewhere. */
  begin(): void
}

export function openDrain(): Drain {
  const open = new Set<Response>()
  let isDraining = false
  return {
    isDraining: () => isDraining,
    middleware(_, response, next) {
      if (isDraining) response.setHeader('Connection', 'close')
      open.add(response)
      response.once('close', () => open.delete(response))
      next()
    },
    begin() {
      isDraining = true
      for (const response of open) {
        if (isStream(response)) response.destroy()
        else if (!response.headersSent) response.setHeader('Connection', 'close')
      }
    },
  }
}

const isStream = (response: Response) =>
  response.headersSent && String(response.getHeader('content-type')).startsWith('text/event-stream')
