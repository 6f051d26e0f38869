import { request } from 'undici'
import type { Comparison } from '../compare.js'
import type { Emulator } from '../emulator.js'
import { paragraph } from '../html.js'
import type { Conversation } from './file.js'

/** How a conversation ended. */
export interface Played {
  id: string
  /** What both sides said, in Fin's copy. */
  messages: number
  /** Null: the two copies are equal. */
  difference: string | null
}

/** Plays conversations as an emulator's end-users, several at a time, each turn after the sync of the one before. */
export async function playAll(
  emulator: Emulator,
  conversations: readonly Conversation[],
  atOnce: number,
  progress: (played: Played) => void = () => {},
): Promise<Played[]> {
  const results: Played[] = []
  const waiting = conversations.entries()
  const worker = async () => {
    for (const [index, conversation] of waiting) {
      const played = await playOne(emulator, conversation)
      results[index] = played
      progress(played)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

async function playOne(emulator: Emulator, { id, turns }: Conversation): Promise<Played> {
  const [first, ...others] = turns
  const name = id.slice(0, 60)
  const user = { name, email: `${id.replace(/[^\w.-]+/g, '-').slice(0, 60)}@example.com` }
  const { id: copyId } = await messenger<{ id: string }>(emulator, '', { user, body: paragraph(first ?? '') })
  for (const body of others) await messenger(emulator, `/${copyId}/messages`, { body: paragraph(body) })
  const { messages } = await messenger<{ messages: unknown[] }>(emulator, `/${copyId}`)
  const { agree, differences } = await messenger<Comparison>(emulator, `/${copyId}/difference`)
  return { id, messages: messages.length, difference: agree ? null : JSON.stringify(differences) }
}

async function messenger<Answer>(emulator: Emulator, path: string, body?: object): Promise<Answer> {
  const { statusCode, body: answer } = await request(`${emulator.url}/messenger/conversations${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    body: body ? JSON.stringify(body) : null,
  })
  const text = await answer.text()
  if (statusCode >= 300) throw new Error(`The emulator answered ${statusCode}: ${text.slice(0, 200)}`)
  return JSON.parse(text)
}
