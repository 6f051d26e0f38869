import type { Arrival, Hearing } from './receiver.js'

/** What Fin was told of one conversation: the webhooks that it accepted. */
export interface FinTold {
  accepted: number
  /** When the first and the last of them came in. */
  first: number
  last: number
}

export interface FinBook extends Hearing<{ conversation_id: string }> {
  /** By conversation id. */
  told: ReadonlyMap<string, FinTold>
}

/** Writes down what Fin is told. */
export function openFinBook(number: (conversationId: string) => number | null): FinBook {
  const told = new Map<string, FinTold>()

  function accept({ told: { conversation_id }, begunAt }: Arrival<{ conversation_id: string }>) {
    const before = told.get(conversation_id)
    told.set(conversation_id, {
      accepted: (before?.accepted ?? 0) + 1,
      first: Math.min(before?.first ?? begunAt, begunAt),
      last: Math.max(before?.last ?? begunAt, begunAt),
    })
  }

  return {
    told,
    read(body) {
      const { conversation_id } = body as { conversation_id?: unknown }
      if (typeof conversation_id !== 'string') throw new Error(JSON.stringify(body))
      return { conversation_id }
    },
    subject: ({ conversation_id }) => conversation_id,
    number: ({ conversation_id }) => number(conversation_id),
    accept,
  }
}
