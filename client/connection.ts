import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws/client'
import { Ended, endOfOperation, endOfSocket, type GraphqlFault } from './ended.js'
import type { Query, WebSocketClass, WebSocketLike } from './options.js'
import { watchPulse } from './pulse.js'

export interface ConnectionOptions {
  url: string
  token: string
  webSocket: WebSocketClass
  pingEveryMs: number
  answerWithinMs: number
  /** The server has answered a ping. */
  onPong: () => void
}

export interface Subscribed {
  /** Once this side has left it; rejects when it ended otherwise. */
  over: Promise<void>
  leave(): void
}

/** One socket, never a second: what follows its end is decided outside. Everything that waits on it rejects with Ended. */
export interface Connection {
  /** Once the server has accepted the token. */
  ready: Promise<void>
  query: Query
  /** Until `take` answers false. */
  subscribe(
    query: string,
    variables: Record<string, unknown>,
    take: (data: Record<string, unknown>) => boolean,
  ): Subscribed
  /** The same promise, given up when the connection ends. */
  during<Value>(promise: Promise<Value>): Promise<Value>
  probe(): void
  close(): void
}

export function connect(options: ConnectionOptions): Connection {
  const socket = new options.webSocket(options.url, GRAPHQL_TRANSPORT_WS_PROTOCOL)
  let end: (ended: Ended) => void = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = reject
  })
  // It may end while nothing waits on it.
  ended.catch(() => {})
  let accepted = () => {}
  const ready = new Promise<void>((resolve) => {
    accepted = resolve
  })
  const pulse = watchPulse(
    {
      ping: () => socket.readyState === options.webSocket.OPEN && socket.send('{"type":"ping"}'),
      dead: () => {
        end(new Ended('later', 'The server does not answer'))
        close()
      },
    },
    options,
  )
  const client = createClient({
    url: options.url,
    webSocketImpl: classOf(socket, options.webSocket),
    lazy: false,
    retryAttempts: 0,
    // `on` has told already.
    onNonLazyError: () => {},
    connectionParams: { authorization: `Bearer ${options.token}` },
    on: {
      connected: accepted,
      message: pulse.heard,
      pong: (received) => received && options.onPong(),
      error: (error) => end(new Ended('later', messageOf(error))),
      closed: (event) => {
        pulse.stop()
        const { code, reason } = event as { code: number; reason: string }
        end(endOfSocket(code, reason))
      },
    },
  })

  function close() {
    pulse.stop()
    end(new Ended('later', 'Closed by this side'))
    // Rejects when there never was a connection.
    Promise.resolve(client.dispose()).catch(() => {})
    socket.close(1000)
  }

  const during = <Value>(promise: Promise<Value>) => Promise.race([promise, ended])

  return {
    ready: during(ready),
    query: <Data>(query: string, variables: Record<string, unknown> = {}) =>
      during(
        new Promise<Data>((resolve, reject) => {
          client.subscribe<Data>(
            { query, variables },
            {
              next: ({ data, errors }) => (errors ? reject(endOfOperation(errors)) : resolve(data as Data)),
              error: (error) => reject(endOfStream(error)),
              complete: () => {},
            },
          )
        }),
      ),
    subscribe(query, variables, take) {
      let isOver = false
      let stop = () => {}
      let settle = () => {}
      let fail: (ended: Ended) => void = () => {}
      const over = new Promise<void>((resolve, reject) => {
        settle = resolve
        fail = reject
      })
      function leave(how: () => void) {
        if (isOver) return
        isOver = true
        how()
        // Not at once: a first result could come before `subscribe` has returned.
        queueMicrotask(() => stop())
      }
      ended.catch(() => {
        isOver = true
      })
      stop = client.subscribe<Record<string, unknown>>(
        { query, variables },
        {
          next: ({ data, errors }) => {
            if (isOver) return
            try {
              if (errors) leave(() => fail(endOfOperation(errors)))
              else if (!take(data ?? {})) leave(settle)
            } catch (error) {
              // graphql-ws would close the socket, which others share.
              leave(() => fail(new Ended('fault', messageOf(error), null, { cause: error })))
            }
          },
          error: (error) => fail(endOfStream(error)),
          complete: () => fail(new Ended('later', 'The server ended the subscription')),
        },
      )
      return { over: during(over), leave: () => leave(settle) }
    },
    during,
    probe: pulse.probe,
    close,
  }
}

/**
 * A class whose instance is this socket. graphql-ws would make its own out of reach, where one that hangs while it
 * connects cannot be closed, and one that cannot be made rejects where nobody listens.
 */
function classOf(socket: WebSocketLike, { CONNECTING, OPEN, CLOSING, CLOSED }: WebSocketClass) {
  const Given = function Given() {
    return socket
  }
  return Object.assign(Given, { CONNECTING, OPEN, CLOSING, CLOSED })
}

/** GraphQL's errors; those of the connection have been told already. */
function endOfStream(error: unknown): Ended {
  return Array.isArray(error) ? endOfOperation(error as GraphqlFault[]) : new Ended('later', messageOf(error))
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown }
  return typeof message === 'string' && message ? message : 'The connection failed'
}
