import type { Operation } from './operation.js'
import { createConversation } from './operations/createConversation.js'
import { createMessage } from './operations/createMessage.js'
import { createUser } from './operations/createUser.js'
import { getAgents } from './operations/getAgents.js'
import { getConversation } from './operations/getConversation.js'
import { getMessages } from './operations/getMessages.js'
import { getUser } from './operations/getUser.js'
import { updateConversation } from './operations/updateConversation.js'
import { updateUser } from './operations/updateUser.js'

/** By their operationId in both OpenAPI files. */
export const operations: Record<string, Operation> = {
  createConversation,
  createMessage,
  createUser,
  getAgents,
  getConversation,
  getMessages,
  getUser,
  updateConversation,
  updateUser,
}
