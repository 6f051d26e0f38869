import { z } from 'zod'

/**
 * Says exactly what Fin does about one message, in place of its rules, so that a conversation can be played
 * from a transcript. It binds only while Fin holds the conversation.
 */
export const scriptShape = z.strictObject({
  /** Fin answers this; without it nothing, except that a handoff is announced. */
  reply: z.string().optional(),
  /** Fin hands the conversation to a person. */
  handoff: z.boolean().optional(),
  /** Fin marks the conversation resolved. */
  resolve: z.boolean().optional(),
  /** Fin says nothing, a handoff is not announced either. */
  silent: z.boolean().optional(),
})

export type Script = z.infer<typeof scriptShape>
