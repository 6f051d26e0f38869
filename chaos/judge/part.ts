import pg from 'pg'
import { storedId } from '../../src/ids.js'
import type { Faults } from '../faults.js'
import type { Entry, Part } from '../folder.js'
import { judgeCounts } from './counts.js'
import { readLog } from './log.js'
import { judgeMessages } from './messages.js'
import { finDuplicates } from './repeats.js'
import { judgeTold } from './told.js'

/**
 * Compares what was acknowledged, shown and told in a part with what is stored. Gives how many webhooks Fin accepted
 * again.
 */
export async function judgePart(
  databaseUrl: string,
  { from, to, followers }: Pick<Part, 'from' | 'to' | 'followers'>,
  entries: readonly Entry[],
  faults: Faults,
): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const log = await readLog(client, from, to)
    if (log.events !== to - from)
      faults.add(`The log holds ${log.events} events after position ${from} up to ${to}`)
    for (const [name, digest] of Object.entries(followers))
      if (digest !== log.digest) faults.add(`${name} was shown other events than are stored`)
    const known = entries.map((entry) => ({ ...entry, stored: storedId('Conversation', entry.id) ?? '' }))
    judgeTold(known, log, faults)
    await judgeMessages(client, entries, faults)
    await judgeCounts(client, faults)
    const human = (stored: string) => log.conversations.get(stored)?.human?.events ?? 0
    return await finDuplicates(client, known, human, faults)
  } finally {
    await client.end()
  }
}
