import { z } from 'zod'
import type { VariantName } from './connection.js'
import { HelpdeskError } from './helpdeskError.js'
import * as shapes from './shapes.js'
import type { Call } from './transport.js'
import type {
  ConversationChange,
  NewConversation,
  NewMessage,
  NewUser,
  Operation,
  Variant,
} from './variant.js'
import { postsVariant } from './variantPosts.js'
import { restVariant } from './variantRest.js'

/** The helpdesk as Fin sees it: nine operations, the same in both variants. All throw `HelpdeskError`. */
export interface HelpdeskClient {
  getUser(userId: string): Promise<shapes.EndUser>
  updateUser(userId: string, attributes: shapes.Attributes): Promise<shapes.EndUser>
  createUser(user: NewUser): Promise<shapes.Created>
  getAgents(): Promise<shapes.Agent[]>
  getConversation(conversationId: string): Promise<shapes.Conversation>
  updateConversation(conversationId: string, change: ConversationChange): Promise<shapes.Conversation>
  createConversation(conversation: NewConversation): Promise<shapes.Opened>
  /** @param afterId the helpdesk's id of the last message already seen; it may answer with more than the later ones */
  getMessages(conversationId: string, afterId: string | null): Promise<shapes.Message[]>
  createMessage(conversationId: string, message: NewMessage): Promise<shapes.Created>
}

const variants: Record<VariantName, Variant> = { posts: postsVariant, rest: restVariant }

/** A client that speaks one variant over `send`. */
export function createHelpdeskClient(
  name: VariantName,
  send: (call: Call) => Promise<unknown>,
): HelpdeskClient {
  const variant = variants[name]

  async function call<T>(
    operation: Operation,
    shape: z.ZodType<T>,
    parameters: Record<string, unknown>,
  ): Promise<T> {
    const body = await send({ operation, ...variant.routes[operation], parameters })
    const found = shape.safeParse(variant.unwrap(operation, body))
    if (found.success) return found.data
    throw new HelpdeskError(`The answer to ${operation} does not fit:\n${z.prettifyError(found.error)}`, 200)
  }

  async function createUser(user: NewUser): Promise<shapes.Created> {
    const body = variant.createUser(user)
    const created = await call('create_user', shapes.createdShape, body)
    const { attributes } = user
    if (!('attributes' in body) && Object.keys(attributes).length > 0) {
      await call('update_user', shapes.endUserShape, { user_id: created.id, attributes })
    }
    return created
  }

  return {
    getUser: (user_id) => call('get_user', shapes.endUserShape, { user_id }),
    updateUser: (user_id, attributes) => call('update_user', shapes.endUserShape, { user_id, attributes }),
    createUser,
    getAgents: () => call('get_agents', z.array(shapes.agentShape), {}),
    getConversation: (conversation_id) =>
      call('get_conversation', shapes.conversationShape, { conversation_id }),
    updateConversation: (conversation_id, change) =>
      call('update_conversation', shapes.conversationShape, {
        conversation_id,
        ...variant.updateConversation(change),
      }),
    createConversation: (conversation) =>
      call('create_conversation', shapes.openedShape, variant.createConversation(conversation)),
    getMessages: (conversation_id, afterId) =>
      call('get_messages', z.array(shapes.messageShape), {
        conversation_id,
        ...(afterId === null ? {} : { after_id: afterId }),
      }),
    createMessage: (conversation_id, message) =>
      call('create_message', shapes.createdShape, {
        conversation_id,
        ...variant.createMessage(message),
      }),
  }
}
