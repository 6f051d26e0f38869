import { z } from 'zod'

// What the helpdesk's answers must hold. Unknown keys are kept out of the way, never refused: a helpdesk may
// send more than the API names.

/** Free values by name, of a user or of a conversation. */
export const attributesShape = z.record(z.string(), z.unknown())

/** The four states that Fin knows. */
export const statusShape = z.enum(['open', 'resolved', 'closed', 'ended'])

/** A file of a message. */
export const attachmentShape = z.object({
  url: z.string(),
  filetype: z.string().nullish(),
  filename: z.string().nullish(),
})

/** The customer. */
export const endUserShape = z.object({
  id: z.string(),
  user_type: z.literal('end_user'),
  name: z.string().nullish(),
  email: z.string().nullish(),
  photo_url: z.string().nullish(),
  attributes: attributesShape.nullish(),
})

/** A person or bot who answers; its public name is `alias` in one variant and `alias_name` in the other. */
export const agentShape = z.object({
  id: z.string(),
  user_type: z.literal('agent').optional(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  photo_url: z.string().nullish(),
  alias: z.string().nullish(),
  alias_name: z.string().nullish(),
})

/** Who wrote a message. */
export const authorShape = agentShape.extend({ user_type: z.enum(['end_user', 'agent']) })

/** A conversation as the helpdesk holds it. */
export const conversationShape = z.object({
  id: z.string(),
  status: statusShape,
  user: endUserShape,
  title: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  attributes: attributesShape.nullish(),
  assignee: agentShape.nullish(),
})

/** A message as the helpdesk holds it. */
export const messageShape = z.object({
  id: z.string(),
  conversation_id: z.string(),
  message_type: z.literal('comment'),
  body: z.string().nullish(),
  author: authorShape,
  visibility: z.enum(['public', 'private']),
  created_at: z.iso.datetime(),
  attachments: z.array(attachmentShape).nullish(),
})

/** All that Fin needs from the answer to a create: the helpdesk's id. */
export const createdShape = z.object({ id: z.string() })

/** The answer to create_conversation: both ids, so that both objects can be mapped. */
export const openedShape = z.object({ conversation: createdShape, message: createdShape })

export type Attributes = z.infer<typeof attributesShape>
export type Status = z.infer<typeof statusShape>
export type Attachment = z.infer<typeof attachmentShape>
export type EndUser = z.infer<typeof endUserShape>
export type Agent = z.infer<typeof agentShape>
export type Author = z.infer<typeof authorShape>
export type Conversation = z.infer<typeof conversationShape>
export type Message = z.infer<typeof messageShape>
export type Created = z.infer<typeof createdShape>
export type Opened = z.infer<typeof openedShape>
