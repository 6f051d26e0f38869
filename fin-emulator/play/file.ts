import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { reason } from '../helpdeskError.js'
import { OptionsError } from '../options.js'

const shape = z.object({
  id: z.string().min(1),
  /** What the end-user writes, in turn; a turn without a word is none. */
  turns: z
    .array(z.string())
    .transform((turns) => turns.filter((turn) => turn.trim() !== ''))
    .refine((turns) => turns.length > 0, 'says nothing'),
})

/** A conversation to be played. */
export type Conversation = z.infer<typeof shape>

/** Reads a file with a conversation on each line; throws OptionsError naming the line at fault. */
export function readConversations(file: string): Conversation[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new OptionsError(`${file} cannot be read: ${reason(error)}`)
  }
  const conversations = text
    .split('\n')
    .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, place }) => read(line, place))
  if (conversations.length === 0) throw new OptionsError(`${file} has no conversation.`)
  return conversations
}

function read(line: string, place: string): Conversation {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (error) {
    throw new OptionsError(`${place} is not JSON: ${reason(error)}`)
  }
  const { data, error } = shape.safeParse(json)
  if (data) return data
  throw new OptionsError(`${place} is no conversation {"id": …, "turns": […]}:\n${z.prettifyError(error)}`)
}
