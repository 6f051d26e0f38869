import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { storable } from '../text.js'
import { type FetchOptions, FileRefused, FileUnavailable, openFetcher } from './fetch.js'
import type { FileStore } from './store.js'

export interface FileCopies {
  /** Looks at once for files to copy; by itself it looks every second. */
  wake(): void
  /** Gives back what is under way. */
  stop(): Promise<void>
}

interface Due {
  id: string
  originalUrl: string
  host: string
  attemptCount: number
}

const pollInterval = 1_000
const atOnce = 32
/** From one host, so that a slow one holds up no other. */
const perHost = 2
/** How long one file may take, and how long a claim holds beyond that, in ms. */
const patience = 60_000
const lease = 2 * patience
/** Between the attempts, in ms; after the last there is none. */
const delays = [60_000, 10 * 60_000, 60 * 60_000, 6 * 60 * 60_000]
const noteLength = 500

/**
 * Copies the files that messages came with, soon after they came: their addresses expire; and removes those of redacted
 * messages. Any node may do it; a claim ends by itself. Absent: copies of files that agents attach by their address.
 */
export function startFileCopies(
  db: Database,
  store: FileStore,
  options: FetchOptions & { report: (error: Error) => void },
): FileCopies {
  const fetcher = openFetcher(options)
  const stopping = new AbortController()
  /** What is being copied, by the host that it comes from. */
  const running = new Map<Promise<void>, string>()
  let looking: Promise<void> | null = null

  function wake() {
    if (stopping.signal.aborted) return
    looking ??= look()
      .catch(options.report)
      .finally(() => {
        looking = null
      })
  }

  async function look() {
    await removeRedacted()
    const free = atOnce - running.size
    if (free === 0) return
    const now = db.clock.now()
    const leaseEnd = new Date(now.getTime() + lease)
    const due = await db.query<Due>(claim, [now, leaseEnd, free, perHost, [...running.values()]])
    for (const file of due) {
      const copying = copy(file)
        .catch(options.report)
        .finally(() => {
          running.delete(copying)
          wake()
        })
      running.set(copying, file.host)
    }
  }

  async function removeRedacted() {
    const gone = await db.query<{ id: string }>(toRemove, [db.clock.now(), atOnce])
    if (gone.length === 0) return
    const ids = gone.map(({ id }) => id)
    await Promise.all(ids.map(store.remove))
    await db.query(removed, [ids])
  }

  async function copy({ id, originalUrl, attemptCount }: Due) {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(patience)])
    let size = 0
    try {
      const { contentType, content } = await fetcher.fetch(originalUrl, signal)
      const counted = (async function* () {
        for await (const part of content) {
          size += part.length
          yield part
        }
      })()
      await store.put(id, counted, signal)
      const kept = await db.query(stored, [id, contentType, size, db.clock.now()])
      // Redacted meanwhile.
      if (kept.length === 0) await store.remove(id)
    } catch (error) {
      if (stopping.signal.aborted) await db.query(release, [id, db.clock.now()])
      else await db.query(failed, [id, ...outcome(error as Error, attemptCount)])
    }
  }

  /** When to try again, null for never, and why it failed. */
  function outcome(error: Error, attempts: number): [Date | null, string] {
    const note = storable(reason(error).slice(0, noteLength))
    const delay = delays[attempts - 1]
    if (error instanceof FileRefused || delay === undefined) return [null, note]
    const asked = error instanceof FileUnavailable ? (error.retryAfterSeconds ?? 0) * 1_000 : 0
    const wait = Math.max(delay * (0.8 + 0.4 * Math.random()), Math.min(asked, 24 * 60 * 60_000))
    return [new Date(db.clock.now().getTime() + wait), note]
  }

  const timer = setInterval(wake, pollInterval)
  wake()

  return {
    wake,
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await looking
      await Promise.all(running.keys())
      await fetcher.close()
    },
  }
}

function reason(error: Error): string {
  if (error.name === 'TimeoutError') return 'It took too long.'
  const { code } = error as NodeJS.ErrnoException
  return code && !error.message.includes(code) ? `${code} ${error.message}` : error.message
}

const claim = statement(
  'file.claim',
  `with due as (
     select id, next_attempt_at, coalesce(substring(original_url from '^https://([^/?#]*)'), '') as host
       from stored_file where state = 'PENDING' and next_attempt_at <= $1),
   turn as (
     select id, host, next_attempt_at, row_number() over (partition by host order by next_attempt_at, id) as place
       from due),
   taken as (
     select f.id, t.host from turn t join stored_file f on f.id = t.id
      where f.state = 'PENDING' and f.next_attempt_at <= $1
        and t.place <= $4 - (select count(*) from unnest($5::text[]) busy where busy = t.host)
      order by t.next_attempt_at limit $3 for update of f skip locked)
   update stored_file f set attempt_count = f.attempt_count + 1, next_attempt_at = $2
     from taken where f.id = taken.id
   returning f.id, f.original_url as "originalUrl", taken.host, f.attempt_count as "attemptCount"`,
)

const stored = statement(
  'file.stored',
  `update stored_file set state = 'STORED', content_type = $2, size = $3, stored_at = $4, note = null
    where id = $1 and remove_at is null
   returning 1`,
)

const failed = statement(
  'file.failed',
  `update stored_file
      set state = case when $2::timestamptz is null then 'FAILED'::"FileState" else 'PENDING' end,
          next_attempt_at = coalesce($2, next_attempt_at), note = $3
    where id = $1 and remove_at is null`,
)

const release = statement(
  'file.release',
  'update stored_file set attempt_count = attempt_count - 1, next_attempt_at = $2 where id = $1',
)

/** Whoever may still be writing a copy is done by then. */
const toRemove = statement(
  'file.toRemove',
  'select id from stored_file where remove_at <= $1 order by remove_at limit $2',
)

const removed = statement('file.removed', 'delete from stored_file where id = any($1::uuid[])')
