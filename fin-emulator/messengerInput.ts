import { z } from 'zod'
import { scriptShape } from './script.js'
import { attachmentShape, attributesShape } from './shapes.js'

const written = {
  /** What the end-user typed; text, or HTML when it starts with a tag. */
  body: z.string().nullish(),
  attachments: z.array(attachmentShape).optional(),
  fin: scriptShape.optional(),
}

/** A conversation that an end-user starts. */
export const openingShape = z
  .strictObject({
    user: z.strictObject({
      name: z.string().nullish(),
      email: z.string().nullish(),
      attributes: attributesShape.optional(),
    }),
    title: z.string().nullish(),
    attributes: attributesShape.optional(),
    ...written,
  })
  .refine(holdsSomething, 'a message needs a body or an attachment')

/** A message that an end-user writes. */
export const writingShape = z
  .strictObject(written)
  .refine(holdsSomething, 'a message needs a body or an attachment')

/** What a workflow at Fin's side may set. */
export const dataShape = z.strictObject({
  title: z.string().nullish(),
  tags: z.array(z.string()).optional(),
  attributes: attributesShape.optional(),
  user: z.strictObject({ attributes: attributesShape }).optional(),
})

export type Opening = z.infer<typeof openingShape>
export type Writing = z.infer<typeof writingShape>
export type Data = z.infer<typeof dataShape>

function holdsSomething({
  body,
  attachments,
}: {
  body?: string | null | undefined
  attachments?: unknown[] | undefined
}) {
  return Boolean(body?.trim()) || Boolean(attachments?.length)
}
