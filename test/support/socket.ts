import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

export interface Listener<Data> {
  /** The next result, once it has come; throws when the stream ended or 20 s pass. */
  next(): Promise<Data>
  /** The results until one fits, that one last. */
  until(fits: (data: Data) => boolean): Promise<Data[]>
  stop(): void
}

/** A GraphQL client over WebSocket, as a frontend has it. */
export function connect(
  url: string,
  token: string | null,
  options: { headers?: Record<string, string> } = {},
): Client {
  class Socket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { headers: options.headers })
    }
  }
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Socket,
    retryAttempts: 0,
    lazy: true,
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of a result
export function listen<Data = any>(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Listener<Data> {
  return collect<Data>((sink) => client.subscribe<Data>({ query, variables }, sink))
}

/** What a stream of results is handed to. */
interface Results<Data> {
  next(result: { data?: Data | null; errors?: unknown }): void
  error(error: unknown): void
  complete(): void
}

/** Keeps the results of a stream until they are asked for. */
export function collect<Data>(subscribe: (sink: Results<Data>) => () => void): Listener<Data> {
  const results: Data[] = []
  let failure: unknown
  let ended = false
  let wake = () => {}
  const stop = subscribe({
    next: (result) => {
      if (result.errors) failure = new Error(JSON.stringify(result.errors))
      else results.push(result.data as Data)
      wake()
    },
    error: (error) => {
      failure = error
      wake()
    },
    complete: () => {
      ended = true
      wake()
    },
  })

  async function next(): Promise<Data> {
    const deadline = AbortSignal.timeout(20_000)
    for (;;) {
      const result = results.shift()
      if (result !== undefined) return result
      if (failure) throw failure
      if (ended) throw new Error('The stream has ended.')
      if (deadline.aborted) throw new Error('Nothing came for 20 s.')
      await new Promise<void>((resolve) => {
        wake = resolve
        deadline.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  return {
    next,
    async until(fits) {
      const seen: Data[] = []
      for (;;) {
        const data = await next()
        seen.push(data)
        if (fits(data)) return seen
      }
    },
    stop,
  }
}
