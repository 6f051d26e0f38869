import {
  type Allowed,
  after,
  type Breakage,
  before,
  otherEnvelope,
  withStatus,
} from '../helpdesk/breakage.js'

export const updateUserBreakages: Record<string, Breakage | Breakage[]> = {
  'updateUser.status': withStatus('update_user', 202),
  'updateUser.envelope': otherEnvelope('update_user'),
  'updateUser.type': after('update_user', (user) => delete user.user_type),
  'updateUser.writes': before('update_user', ({ attributes }) => {
    delete attributes.plan
  }),
  'updateUser.merges': { rules: { mergesUser: false } },
  'updateUser.removes': { rules: { removes: false } },
}

export const updateUserAllowed: Record<string, Allowed> = {
  'attributes of a user replace those before': { rules: { mergesUser: false } },
}
