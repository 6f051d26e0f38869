import type { ServerResponse } from 'node:http'

/** How a node that is about to stop treats what still comes, and what stays open. */
export interface Drain {
  /** Takes note of a request's response, before anything is answered. */
  watch(response: ServerResponse): void
  isDraining(): boolean
  /** From now on connections end with their answer; streams, which have none, at once: their clients resume elsewhere. */
  begin(): void
}

export function openDrain(): Drain {
  const open = new Set<ServerResponse>()
  let isDraining = false
  return {
    isDraining: () => isDraining,
    watch(response) {
      if (isDraining) response.setHeader('Connection', 'close')
      open.add(response)
      response.once('close', () => open.delete(response))
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

const isStream = (response: ServerResponse) =>
  response.headersSent && String(response.getHeader('content-type')).startsWith('text/event-stream')
