import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ExecutionResult, GraphQLError } from 'graphql'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { App } from '../../app.js'
import { agentBehind } from '../bearer.js'
import type { Rechecks } from '../rechecks.js'
import type { Going } from '../sharing/operation.js'
import type { Sharing } from '../sharing/share.js'
import { SharedStream } from '../sharing/stream.js'
import { isTooDeep, tooDeep } from '../shownErrors.js'
import type { Yoga } from '../yoga.js'
import { badToken, Connection, patience } from './connection.js'
import { keepAlive } from './keepAlive.js'

export interface SocketOptions {
  /** Foreign pages that may connect; pages of our own host always may. */
  corsOrigins: readonly string[]
  /** Counts an operation of a token or an address; gives the refusal when there were too many. */
  limit: (key: string) => Promise<GraphQLError | null>
  sharing: Sharing
  rechecks: Rechecks
  report: (error: Error) => void
  /** How often a socket is asked whether anybody is there, in ms. */
  pingEvery?: number
  /** How long a socket may take to greet, in ms. */
  initWithin?: number
}

/** In bytes. */
const largestFrame = 1_000_000
/** Of one agent, and of one socket. */
const mostSockets = 100
const mostOperations = 100
/** Clients that know graphql-transport-ws connect again after it, to another node. */
const serviceRestart = 1012

/** GraphQL over WebSocket (graphql-transport-ws), on the same path. */
export function serveSockets(
  app: App,
  server: Server,
  yoga: Yoga,
  options: SocketOptions,
): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame, handleProtocols })
  const connections = new Set<Connection>()
  let isStopping = false
  server.on('upgrade', (request, raw, head) => {
    // Nobody else listens yet, and an error without a listener would end the process.
    raw.on('error', () => raw.destroy())
    if (request.url?.split('?')[0] !== '/graphql') return refuse(raw, '404 Not Found')
    if (isStopping) return refuse(raw, '503 Service Unavailable')
    const { origin, host } = request.headers
    if (origin && !options.corsOrigins.includes(origin) && hostOf(origin) !== host)
      return refuse(raw, '403 Forbidden')
    sockets.handleUpgrade(request, raw, head, (socket) => open(socket, raw, request))
  })

  const graphql = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: options.initWithin ?? 3_000,
    execute: (args) => (args as unknown as Engine).engine.execute(args),
    subscribe: (args) => (args as unknown as Engine).engine.subscribe(args),
    onConnect: async ({ connectionParams, extra: { connection } }) => {
      const authorization = connectionParams?.authorization ?? connectionParams?.Authorization
      const caller = await agentBehind(app, typeof authorization === 'string' ? authorization : undefined)
      if (caller === 'refused') {
        connection.close(CloseCode.Forbidden, badToken, patience)
        return false
      }
      if (!caller) return true
      const others = [...connections].filter((one) => one.caller?.actor.agentId === caller.actor.agentId)
      if (others.length >= mostSockets) {
        connection.close(CloseCode.TooManyInitialisationRequests, `At most ${mostSockets} sockets`, patience)
        return false
      }
      connection.caller = caller
      return true
    },
    onSubscribe: async ({ extra, subscriptions }, id, payload) => {
      const { connection } = extra
      // Whoever connected may have lost the token since, or some rights.
      const actor = connection.caller && (await connection.caller.again())
      if (connection.caller && !actor) {
        connection.close(CloseCode.Forbidden, badToken, patience)
        return [new GraphQLError(badToken, { extensions: { code: 'UNAUTHENTICATED' } })]
      }
      if (!connection.begins(id, subscriptions, mostOperations)) {
        const refused = `At most ${mostOperations} operations at a time on one socket. End some, or open another.`
        return [new GraphQLError(refused, { extensions: { code: 'RATE_LIMITED' } })]
      }
      const refused = await options.limit(actor?.tokenId ?? extra.request.socket.remoteAddress ?? '')
      if (refused) return [refused]
      const caller = connection.caller && actor ? { ...connection.caller, actor } : undefined
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        exchange: { caller },
        params: payload,
      } as never)
      try {
        const document = parse(payload.query)
        const errors = validate(schema, document)
        if (errors.length > 0) return errors
        const args = {
          schema,
          document,
          operationName: payload.operationName,
          variableValues: payload.variables,
          contextValue: await contextFactory(),
        }
        const alone = (going: Going) =>
          subscribe({ ...args, contextValue: Object.assign(args.contextValue as object, going) })
        const request = caller && { text: payload.query, args, caller, alone, streams: connection.streams }
        const shared = async () => (request && (await options.sharing.stream(request))) ?? alone({})
        return { ...args, engine: { execute, subscribe: shared } }
      } catch (error) {
        if (error instanceof GraphQLError) return [error]
        if (isTooDeep(error)) return [tooDeep()]
        throw error
      }
    },
    onOperation: ({ extra: { connection } }, id, _payload, _args, result: unknown) =>
      result instanceof SharedStream ? (sent(connection, id, result) as never) : undefined,
  })

  function open(socket: WebSocket, raw: Duplex, request: IncomingMessage) {
    const connection = new Connection(socket, raw)
    connections.add(connection)
    options.rechecks.held.add(connection)
    socket.on('error', () => socket.terminate())
    const rest = keepAlive(connection, options.pingEvery)
    const closed = graphql.opened(
      {
        protocol: socket.protocol,
        send: (text) => connection.write(text),
        close: (code, reason) =>
          connection.close(code ?? CloseCode.InternalServerError, reason ?? '', patience),
        onMessage: (take) =>
          socket.on('message', (message) => {
            take(String(message)).catch((error) => {
              options.report(error)
              connection.close(CloseCode.InternalServerError, 'Internal server error', patience)
            })
          }),
      },
      { connection, request },
    )
    socket.once('close', (code, reason) => {
      rest()
      connections.delete(connection)
      options.rechecks.held.delete(connection)
      closed(code, String(reason))
    })
  }

  return {
    async stop() {
      isStopping = true
      const closing = [...connections].map(
        (connection) => new Promise((resolve) => connection.socket.once('close', resolve)),
      )
      for (const connection of connections) connection.close(serviceRestart, 'Service restart', patience)
      await Promise.all(closing)
      sockets.close()
    },
  }
}

/** Writes what a shared stream gives; there is nothing left to be sent. */
function sent(connection: Connection, id: string, stream: SharedStream): AsyncIterableIterator<never> {
  const json = JSON.stringify(id)
  const start = `{"id":${json},"type":"next","payload":`
  const results = stream.results((several) => connection.take(json, several))
  const done = { value: undefined, done: true } as const
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      for await (const result of results) await connection.write(`${start}${jsonOf(result)}}`)
      return done
    },
    async return() {
      await results.return()
      return done
    },
  }
}

function jsonOf(result: string | ExecutionResult): string {
  return typeof result === 'string' ? result : JSON.stringify(result)
}

interface Extra {
  connection: Connection
  request: IncomingMessage
}

/** The limits and masking of the HTTP API travel with each operation. */
interface Engine {
  engine: { execute: (args: unknown) => never; subscribe: (args: unknown) => never }
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}

function refuse(socket: Duplex, status: string) {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
