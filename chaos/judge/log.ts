import { createHash, type Hash } from 'node:crypto'
import type pg from 'pg'
import { eventLine } from '../eventLine.js'

/** What the log says of one conversation. */
export interface Logged {
  events: number
  digest: Hash
  /** When the first and the last change by a human was made; null where there was none. */
  human: { events: number; first: number; last: number } | null
}

/** What the log holds after one position and up to another. */
export interface LogSpan {
  events: number
  /** Of all of it. */
  digest: string
  /** By conversation id, as stored. */
  conversations: ReadonlyMap<string, Logged>
}

interface Row {
  position: string
  type: string
  conversation: string | null
  text: string | null
  human: boolean
  at: Date
}

const pageSize = 20_000

/** Reads the log once, page by page: it may hold millions of events. */
export async function readLog(client: pg.Client, from: number, to: number): Promise<LogSpan> {
  const digest = createHash('sha256')
  const conversations = new Map<string, Logged>()
  let events = 0
  for (let after = from; ; ) {
    const { rows } = await client.query<Row>(page, [after, to, pageSize])
    for (const row of rows) {
      const line = eventLine(Number(row.position), row.type, row.text)
      digest.update(line)
      note(conversations, row, line)
    }
    events += rows.length
    after = Number(rows.at(-1)?.position)
    if (rows.length < pageSize) return { events, digest: digest.digest('base64url'), conversations }
  }
}

function note(conversations: Map<string, Logged>, { conversation, human, at }: Row, line: string) {
  const id = conversation ?? 'no conversation'
  const logged = conversations.get(id) ?? { events: 0, digest: createHash('sha256'), human: null }
  conversations.set(id, logged)
  logged.events++
  logged.digest.update(line)
  if (!human) return
  const time = at.getTime()
  const { events, first, last } = logged.human ?? { events: 0, first: time, last: time }
  logged.human = { events: events + 1, first: Math.min(first, time), last: Math.max(last, time) }
}

const page = `select f.position, e.type, e.conversation_id as conversation, m.text, e.origin = 'GRAPHQL' as human,
                     e.occurred_at as at
                from event_feed f join event e on e.id = f.event_id left join message m on m.id = e.message_id
               where f.position > $1 and f.position <= $2 order by f.position limit $3`
