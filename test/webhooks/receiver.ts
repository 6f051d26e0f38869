import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as read } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface Webhook {
  path: string
  headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  body: any
  text: string
}

/** Answers one webhook; when it returns nothing the answer is the test's to give, or never comes. */
export type Reply = (webhook: Webhook, response: ServerResponse) => unknown

export interface TestReceiver {
  url: string
  received: Webhook[]
  reply: Reply
  /** Resolves once so many have come, with the last of them. */
  arrival(count: number): Promise<Webhook>
}

export const accepted: Reply = (_, response) => response.writeHead(202).end('{}')

export const answers =
  (status: number, headers: Record<string, string> = {}, body = ''): Reply =>
  (_, response) =>
    response.writeHead(status, headers).end(body)

/** Something that webhooks can be sent to, for one test. */
export async function startReceiver(reply: Reply = accepted): Promise<TestReceiver> {
  const arrived: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const text = await read(request).catch(() => null)
    // One that broke off, as when a test ends while it is under way, has not come.
    if (text === null) return
    const webhook = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text), text }
    receiver.received.push(webhook)
    receiver.reply(webhook, response)
    for (const resolve of arrived.splice(0)) resolve()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const receiver: TestReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    reply,
    async arrival(count) {
      while (receiver.received.length < count) {
        await new Promise<void>((resolve) => {
          arrived.push(resolve)
        })
      }
      return receiver.received[count - 1] as Webhook
    },
  }
  return receiver
}
