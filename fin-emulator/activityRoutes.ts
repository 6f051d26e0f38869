import { type Response, Router } from 'express'
import type { Activity, Entry } from './activity.js'

const heartbeatMs = 15_000
const stalledBytes = 1_000_000

/** The log, to read and to follow; both take `?kind=` and `?conversation=`. */
export function activityRoutes(activity: Activity): Router {
  const router = Router()

  router.get('/log', (request, response) => {
    response.json(activity.entries().filter(filterOf(request.query)))
  })

  // Starts after `Last-Event-ID` or `?after=`, else with what happens from now on.
  router.get('/events', (request, response) => {
    const fits = filterOf(request.query)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': following\n\n')
    const after = request.get('Last-Event-ID') ?? request.query.after
    if (after !== undefined) {
      for (const entry of activity.entries()) {
        if (entry.sequence > Number(after) && fits(entry)) send(response, entry)
      }
    }
    const stop = activity.subscribe((entry) => {
      if (fits(entry)) send(response, entry)
    })
    const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs)
    response.on('close', () => {
      stop()
      clearInterval(heartbeat)
    })
  })

  return router
}

// A reader who stopped reading is let go; it may come back with `Last-Event-ID`.
function send(response: Response, entry: Entry): void {
  if (response.writableLength > stalledBytes) response.destroy()
  else response.write(`id: ${entry.sequence}\nevent: ${entry.kind}\ndata: ${JSON.stringify(entry)}\n\n`)
}

function filterOf({ kind, conversation }: Record<string, unknown>): (entry: Entry) => boolean {
  return (entry) =>
    (kind === undefined || entry.kind === kind) &&
    (conversation === undefined || entry.conversation === conversation)
}
