import { readFileSync } from 'node:fs'
import { z } from 'zod'

const text = z.string().refine((given) => given.trim() !== '', 'must not be empty')

const transcriptShape = z.object({
  id: z.string(),
  customer: z.object({ name: z.string().nullish(), email: z.email().nullish() }),
  attributes: z.record(z.string(), z.unknown()).optional(),
  turns: z
    .array(z.object({ who: z.enum(['customer', 'agent', 'action']), text }))
    .refine((turns) => turns.some(({ who }) => who === 'customer'), 'need one of the customer'),
})

const fileShape = z.array(transcriptShape).min(1, 'holds no conversation')

/** A conversation as it was once held: what the customer and the agent wrote, and what the agent noted to have done. */
export type Transcript = z.infer<typeof transcriptShape>

/** Reads a file of transcripts; throws one Error that names all of its faults. */
export function readTranscripts(file: string): Transcript[] {
  const found = fileShape.safeParse(parse(file))
  if (found.success) return found.data
  throw new Error(`${file} holds no transcripts that can be played:\n${z.prettifyError(found.error)}`)
}

function parse(file: string): unknown {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    return JSON.parse(content)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`)
  }
}
