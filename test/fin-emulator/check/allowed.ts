import { variantNames } from '../../../fin-emulator/connection.js'
import { agentsAllowed } from './breakages/agents.js'
import { createConversationAllowed } from './breakages/createConversation.js'
import { createMessageAllowed } from './breakages/createMessage.js'
import { createUserAllowed } from './breakages/createUser.js'
import { credentialsAllowed } from './breakages/credentials.js'
import { getConversationAllowed } from './breakages/getConversation.js'
import { getMessagesAllowed } from './breakages/getMessages.js'
import { getUserAllowed } from './breakages/getUser.js'
import { signatureAllowed } from './breakages/signature.js'
import { tokenAllowed } from './breakages/token.js'
import { updateConversationAllowed } from './breakages/updateConversation.js'
import { updateUserAllowed } from './breakages/updateUser.js'
import type { Allowed } from './helpdesk/breakage.js'

const all: Record<string, Allowed> = {
  ...tokenAllowed,
  ...credentialsAllowed,
  ...signatureAllowed,
  ...createUserAllowed,
  ...getUserAllowed,
  ...updateUserAllowed,
  ...agentsAllowed,
  ...createConversationAllowed,
  ...getConversationAllowed,
  ...createMessageAllowed,
  ...getMessagesAllowed,
  ...updateConversationAllowed,
}

/** Helpdesks that miss no known point, each doing something otherwise than the one that meets all. */
export const allowed = variantNames.flatMap((variant) =>
  Object.entries(all)
    .filter(([, breakage]) => (breakage.variant ?? variant) === variant)
    .map(([way, breakage]) => [variant, way, breakage] as const),
)
