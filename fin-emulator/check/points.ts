import type { Connection } from '../connection.js'
import type { Point } from './point.js'
import { agentPoints } from './points/agents.js'
import { createConversationPoints } from './points/createConversation.js'
import { createMessagePoints } from './points/createMessage.js'
import { createUserPoints } from './points/createUser.js'
import { credentialPoints } from './points/credentials.js'
import { getConversationPoints } from './points/getConversation.js'
import { getMessagesPoints } from './points/getMessages.js'
import { getUserPoints } from './points/getUser.js'
import { signaturePoints } from './points/signature.js'
import { tokenPoints } from './points/token.js'
import { updateConversationPoints } from './points/updateConversation.js'
import { updateUserPoints } from './points/updateUser.js'

/** All points, in the order of a report. */
export const allPoints: readonly Point[] = [
  ...tokenPoints,
  ...credentialPoints,
  ...signaturePoints,
  ...createUserPoints,
  ...getUserPoints,
  ...updateUserPoints,
  ...agentPoints,
  ...createConversationPoints,
  ...getConversationPoints,
  ...createMessagePoints,
  ...getMessagesPoints,
  ...updateConversationPoints,
]

/** Those that can be looked at through this connection. */
export function pointsFor({ variant, staticToken, signingSecret }: Connection): Point[] {
  return allPoints.filter(
    (point) =>
      (point.variant ?? variant) === variant &&
      (point.about !== 'token' || !staticToken) &&
      (point.about !== 'signature' || signingSecret),
  )
}
