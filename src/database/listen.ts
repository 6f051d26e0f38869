import pg from 'pg'

/** One LISTEN connection, made anew when it breaks. A notification is only ever a hint: it can be lost. */
export interface Listening {
  /** Calls back with each payload, and with '' after a reconnect, when some may have been lost. Returns how to end it. */
  on(channel: string, heard: (payload: string) => void): () => void
  stop(): Promise<void>
}

/** `url` must lead straight to the server: a pooler swallows LISTEN. */
export function listen(url: string, channels: readonly string[], log: (error: Error) => void): Listening {
  const listeners = new Map(channels.map((channel) => [channel, new Set<(payload: string) => void>()]))
  let client: pg.Client | null = null
  let retry: NodeJS.Timeout | undefined
  let stopped = false

  async function connect() {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'graphdesk listen',
      keepAlive: true,
      // The system's two hours would pass before a server that is gone without a word is missed.
      keepAliveInitialDelayMillis: 10_000,
    })
    let lost = false
    const again = (error?: Error) => {
      if (lost || stopped) return
      lost = true
      if (error) log(error)
      next.end().catch(() => undefined)
      retry = setTimeout(connect, 1_000)
    }
    next.on('error', again)
    next.on('end', () => again())
    next.on('notification', ({ channel, payload }) => {
      for (const heard of listeners.get(channel) ?? []) heard(payload ?? '')
    })
    client = next
    try {
      await next.connect()
      for (const channel of channels) await next.query(`listen ${channel}`)
      for (const set of listeners.values()) for (const heard of set) heard('')
    } catch (error) {
      again(error as Error)
    }
  }

  const first = connect()
  return {
    on(channel, heard) {
      const set = listeners.get(channel)
      if (!set) throw new Error(`Nobody listens on ${channel}.`)
      set.add(heard)
      return () => set.delete(heard)
    },
    async stop() {
      stopped = true
      clearTimeout(retry)
      await first
      await client?.end().catch(() => undefined)
    },
  }
}
