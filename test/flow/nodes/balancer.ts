import { once } from 'node:events'
import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export interface Balancer {
  url: string
  /** Resolves once it sends requests to this one. */
  takesIn(port: number): Promise<void>
  stop(): Promise<void>
}

/** In ms. */
const lookEvery = 100

/** What stands in front of several nodes: sends each request to one that says it is ready. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const ready = new Set<number>()
  let turn = 0
  let isStopped = false
  const waiting = new Map<number, (() => void)[]>()
  const agent = new Agent({ keepAlive: true })

  /** One look after the other: of two at once the older could be believed. */
  async function watch(port: number) {
    while (!isStopped) {
      await look(port)
      await new Promise((resolve) => setTimeout(resolve, lookEvery))
    }
  }

  async function look(port: number) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    if (response?.ok) {
      ready.add(port)
      for (const taken of waiting.get(port) ?? []) taken()
      waiting.delete(port)
    } else ready.delete(port)
    await response?.arrayBuffer().catch(() => undefined)
  }

  const choose = (refused: ReadonlySet<number>) => {
    const able = ports.filter((port) => ready.has(port) && !refused.has(port))
    return able[turn++ % able.length]
  }

  function pass(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    refused = new Set<number>(),
  ) {
    const port = choose(refused)
    if (port === undefined) return response.writeHead(503).end('No node is ready.')
    const { method, url, headers } = request
    const onward = forward({ host: '127.0.0.1', port, method, path: url, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') pass(request, body, response, refused.add(port))
      else if (!response.headersSent) response.writeHead(502).end(error.message)
      else response.destroy()
    })
    onward.end(body)
  }

  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    pass(request, Buffer.concat(parts), response)
  })
  server.on('upgrade', (request, socket, head) => {
    const port = choose(new Set())
    socket.on('error', () => socket.destroy())
    if (port === undefined) return socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
    const onward = connect(port, '127.0.0.1', () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`)
      onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join('')}\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await Promise.all(ports.map(look))
  const watching = ports.map(watch)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takesIn: (port) =>
      new Promise((taken) => {
        waiting.set(port, [...(waiting.get(port) ?? []), taken])
      }),
    async stop() {
      isStopped = true
      await Promise.all(watching)
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
