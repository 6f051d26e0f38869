import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificate, key } from './certificate.js'

/** A server of files over https. */
export async function startFileServer(answer: RequestListener) {
  const handler = { answer }
  const asked: string[] = []
  const server = createServer({ key, cert: certificate }, (request, response) => {
    asked.push(request.url ?? '')
    handler.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    /** The paths that were asked for. */
    asked,
    /** Answers otherwise from now on. */
    change: (next: RequestListener) => {
      handler.answer = next
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
