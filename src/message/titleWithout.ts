import type { Transaction } from '../database/database.js'
import { editsOf } from './edits.js'
import type { LockedMessage } from './lock.js'

/** The conversation's title; null where it was made from what the message says, or said: it is its start, or holds all of it. */
export async function titleWithout(
  tx: Transaction,
  { conversation: { title }, message }: LockedMessage,
): Promise<string | null> {
  if (title === null) return null
  const start = plain(title.replace(/(…|\.\.\.)$/, ''))
  const said = [message, ...(await editsOf(tx, [message.id]))].map(({ text }) => plain(text))
  return said.some((text) => text !== '' && (text.startsWith(start) || start.includes(text))) ? null : title
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase()
}
