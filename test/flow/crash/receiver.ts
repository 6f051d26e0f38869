import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'

/** A webhook, when it was answered. */
export interface Received {
  conversationId: string
  at: number
}

const slowest = 300

/**
 * Stands where Fin's webhooks go; it survives every crash and accepts everything, but takes its time. A webhook whose
 * sender died before it was answered has not arrived: nobody may count on what was never acknowledged.
 */
export async function startReceiver(
  random: () => number,
  undo: (() => unknown)[],
): Promise<{ url: string; received: readonly Received[] }> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    try {
      const { conversation_id } = (await json(request)) as { conversation_id: string }
      await pause(random() * slowest)
      if (response.destroyed) return
      response.writeHead(202).end()
      received.push({ conversationId: conversation_id, at: Date.now() })
    } catch {
      // Its sender was killed while it wrote.
      response.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo.push(() => server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}
