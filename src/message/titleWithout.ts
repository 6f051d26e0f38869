import type { Transaction } from '../database/database.js'
import { editsOf } from './edits.js'
import type { LockedMessage } from './lock.js'

/**
 * The conversation's title; null where it was made from what the message says, or said: it is its start, or holds all of
 * it, as words.
 */
export async function titleWithout(
  tx: Transaction,
  { conversation: { title }, message }: LockedMessage,
): Promise<string | null> {
  if (title === null) return null
  const start = plain(title.replace(/(…|\.\.\.)$/, ''))
  const said = [message, ...(await editsOf(tx, [message.id]))].map(({ text }) => plain(text))
  return said.some((text) => text !== '' && (text.startsWith(start) || holds(start, text))) ? null : title
}

/** Scripts that put something between words. */
const letter = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u

function holds(whole: string, part: string): boolean {
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + 1)) {
    const around = [whole[at - 1], whole[at + part.length]]
    if (around.every((sign) => sign === undefined || !letter.test(sign))) return true
  }
  return false
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase()
}
