import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { GraphQLError } from 'graphql'
import { CloseCode } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { App } from '../app.js'
import { agentBehind, type Caller } from './bearer.js'
import type { Yoga } from './graphql.js'

export interface SocketOptions {
  /** Foreign pages that may connect; pages of our own host always may. */
  corsOrigins: readonly string[]
  /** Counts an operation of a token or an address; gives the refusal when there were too many. */
  limit: (key: string) => Promise<GraphQLError | null>
}

const badToken = 'This token is unknown, expired or revoked'

/** In bytes. */
const largestFrame = 1_000_000

/** GraphQL over WebSocket (graphql-transport-ws), on the same path. */
export function serveSockets(
  app: App,
  server: Server,
  yoga: Yoga,
  options: SocketOptions,
): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame })
  server.on('upgrade', (request, socket, head) => {
    // Nobody else listens yet, and an error without a listener would end the process.
    socket.on('error', () => socket.destroy())
    if (request.url?.split('?')[0] !== '/graphql') return refuse(socket, '404 Not Found')
    const { origin, host } = request.headers
    if (origin && !options.corsOrigins.includes(origin) && hostOf(origin) !== host)
      return refuse(socket, '403 Forbidden')
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      sockets.emit('connection', webSocket, request),
    )
  })

  const graphql = useServer<Record<string, unknown>, SocketExtra>(
    {
      execute: (args) => (args as unknown as Engine).engine.execute(args),
      subscribe: (args) => (args as unknown as Engine).engine.subscribe(args),
      onConnect: async ({ connectionParams, extra }) => {
        const authorization = connectionParams?.authorization ?? connectionParams?.Authorization
        const caller = await agentBehind(app, typeof authorization === 'string' ? authorization : undefined)
        if (caller === 'refused') {
          extra.socket.close(CloseCode.Forbidden, badToken)
          return false
        }
        if (caller) extra.caller = caller
        return true
      },
      onSubscribe: async ({ extra }, _id, payload) => {
        // Whoever connected may have lost the token since, or some rights.
        const actor = extra.caller && (await extra.caller.again())
        if (extra.caller && !actor) {
          extra.socket.close(CloseCode.Forbidden, badToken)
          return [new GraphQLError(badToken, { extensions: { code: 'UNAUTHENTICATED' } })]
        }
        const refused = await options.limit(actor?.tokenId ?? extra.request.socket.remoteAddress ?? '')
        if (refused) return [refused]
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
          caller: extra.caller && actor ? { ...extra.caller, actor } : undefined,
          params: payload,
        } as never)
        try {
          const document = parse(payload.query)
          const errors = validate(schema, document)
          if (errors.length > 0) return errors
          return {
            schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue: await contextFactory(),
            engine: { execute, subscribe },
          }
        } catch (error) {
          if (error instanceof GraphQLError) return [error]
          throw error
        }
      },
    },
    sockets,
  )
  return {
    async stop() {
      await graphql.dispose()
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}

type SocketExtra = Extra & Partial<Record<PropertyKey, unknown>> & { caller?: Caller }

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
