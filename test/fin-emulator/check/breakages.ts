import { agentBreakages } from './breakages/agents.js'
import { createConversationBreakages } from './breakages/createConversation.js'
import { createMessageBreakages } from './breakages/createMessage.js'
import { createUserBreakages } from './breakages/createUser.js'
import { credentialBreakages } from './breakages/credentials.js'
import { getConversationBreakages } from './breakages/getConversation.js'
import { getMessagesBreakages } from './breakages/getMessages.js'
import { getUserBreakages } from './breakages/getUser.js'
import { signatureBreakages } from './breakages/signature.js'
import { tokenBreakages } from './breakages/token.js'
import { updateConversationBreakages } from './breakages/updateConversation.js'
import { updateUserBreakages } from './breakages/updateUser.js'
import type { Breakage } from './helpdesk/breakage.js'

/** For each point the helpdesks that miss this one. */
export const breakages: Record<string, Breakage | Breakage[]> = {
  ...tokenBreakages,
  ...credentialBreakages,
  ...signatureBreakages,
  ...createUserBreakages,
  ...getUserBreakages,
  ...updateUserBreakages,
  ...agentBreakages,
  ...createConversationBreakages,
  ...getConversationBreakages,
  ...createMessageBreakages,
  ...getMessagesBreakages,
  ...updateConversationBreakages,
}
