/** What an entry tells of. `error` entries are Fin's error log. */
export type Kind =
  | 'webhook'
  | 'call'
  | 'token'
  | 'message'
  | 'state'
  | 'typing'
  | 'sync'
  | 'comparison'
  | 'error'

/** One thing that happened. */
export interface Entry {
  /** Grows by one; the id of the entry in the event stream. */
  sequence: number
  time: string
  kind: Kind
  /** The operation, the webhook's event, the author, or the part that failed. */
  name: string
  /** Fin's conversation id, or the helpdesk's where Fin does not know the conversation. */
  conversation: string | null
  /** HTTP status, where there was one. */
  status: number | null
  duration_ms: number | null
  detail: string | null
}

/** An entry before it gets its place in the log. */
export type NewEntry = Pick<Entry, 'kind' | 'name'> & Partial<Entry>

/** The log of everything that Fin did and received, readable afterwards and live. */
export interface Activity {
  add(entry: NewEntry): void
  entries(): readonly Entry[]
  /** Calls `listener` for each later entry; returns the way to stop. */
  subscribe(listener: (entry: Entry) => void): () => void
  /** The first entry that fits, among those kept and those to come. */
  until(fits: (entry: Entry) => boolean): Promise<Entry>
}

const kept = 10_000

/** An empty log. It keeps the last 10,000 entries. */
export function createActivity(): Activity {
  const log: Entry[] = []
  const listeners = new Set<(entry: Entry) => void>()
  let sequence = 0

  function add(entry: NewEntry): void {
    sequence += 1
    const time = new Date().toISOString()
    const blank = { conversation: null, status: null, duration_ms: null, detail: null }
    const full: Entry = { sequence, time, ...blank, ...entry }
    log.push(full)
    if (log.length > kept) log.shift()
    for (const listener of [...listeners]) listener(full)
  }

  function subscribe(listener: (entry: Entry) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function until(fits: (entry: Entry) => boolean): Promise<Entry> {
    const past = log.find(fits)
    if (past) return Promise.resolve(past)
    return new Promise((resolve) => {
      const stop = subscribe((entry) => {
        if (!fits(entry)) return
        stop()
        resolve(entry)
      })
    })
  }

  return { add, entries: () => log, subscribe, until }
}
