import type { Connection } from '../connection.js'
import type { Point } from './point.js'
import { agentPoints } from './points/agents.js'
import { conversationPoints } from './points/conversations.js'
import { createUserPoints } from './points/createUser.js'
import { credentialPoints } from './points/credentials.js'
import { getUserPoints } from './points/getUser.js'
import { messagePoints } from './points/messages.js'
import { signaturePoints } from './points/signature.js'
import { tokenPoints } from './points/token.js'
import { updatePoints } from './points/updates.js'
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
  ...conversationPoints,
  ...messagePoints,
  ...updatePoints,
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
