import type { Transaction } from '../../database/database.js'
import { statement } from '../../database/statement.js'
import { recordForIntegration } from '../../integration/log.js'
import type { ConnectedFin } from '../connected.js'
import { storeLatest } from '../sending/store.js'
import { type Gap, whyLost } from './gap.js'
import { untold } from './tellFin.js'

/** Events are looked through so many at a time. */
const batchSize = 20_000

/**
 * Bridges a gap: stores a delivery for each conversation of the inbox that has changed since the listener's last event, as
 * the events tell, which outlive the feed.
 */
export async function rederive(
  tx: Transaction,
  integration: ConnectedFin,
  { reason, place, to }: Gap,
): Promise<void> {
  const conversations = await changedSince(tx, integration, place.lastEventId)
  const span = { first: to, last: to }
  await storeLatest(tx, integration, new Map([...conversations].map((id) => [id, span])), 0)
  const detail = `The place of its webhooks in the event log ${whyLost[reason]}. Fin is told of the conversations that may have changed since: ${conversations.size}.`
  await recordForIntegration(tx, integration.integrationId, { kind: 'GAP', detail })
}

async function changedSince(
  tx: Transaction,
  { integrationId, inboxId, seesNotes }: ConnectedFin,
  lastEventId: number | null,
): Promise<Set<string>> {
  const conversations = new Set<string>()
  const [start] = lastEventId === null ? [] : await tx.query<{ id: number }>(overlap, [lastEventId])
  for (let after = start?.id ?? 0; ; ) {
    const [page] = await tx.query<{ last: number | null; conversations: string[] }>(changed, [
      after,
      batchSize,
      inboxId,
      integrationId,
      untold,
      seesNotes,
    ])
    if (!page?.last) return conversations
    for (const id of page.conversations) conversations.add(id)
    after = page.last
  }
}

/**
 * Ids are given before the commit: events before the last one may have been committed after it, by a writer that was open
 * for long. None is for so long as these ten minutes.
 */
const overlap = statement(
  'listener.overlap',
  `select e.id from event e, (select id, occurred_at from event where id <= $1 order by id desc limit 1) last
    where e.id <= last.id and e.occurred_at < last.occurred_at - interval '10 minutes' order by e.id desc limit 1`,
)

const changed = statement(
  'listener.changed',
  `with page as (select id, type, inbox_id, conversation_id, message_id, integration_id
                   from event where id > $1 order by id limit $2)
   select (select max(id) from page) as last,
          array(select distinct p.conversation_id from page p left join message m on m.id = p.message_id
                 where p.inbox_id = $3 and p.conversation_id is not null and p.type <> all($5::text[])
                   and p.integration_id is distinct from $4
                   and ($6 or p.message_id is null or m.visibility = 'PUBLIC')) as conversations`,
)
