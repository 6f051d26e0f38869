import {
  type Allowed,
  after,
  type Breakage,
  otherEnvelope,
  unknown,
  withStatus,
} from '../helpdesk/breakage.js'

export const getUserBreakages: Record<string, Breakage | Breakage[]> = {
  'getUser.status': withStatus('get_user', 203),
  'getUser.finds': after('get_user', (user) => Object.assign(user, { id: 'user_other' })),
  'getUser.envelope': otherEnvelope('get_user'),
  'getUser.type': [
    after('get_user', (user) => Object.assign(user, { user_type: 'end-user' })),
    after('get_user', (user) => delete user.user_type),
  ],
  'getUser.keys': ['name', 'email', 'photo_url', 'attributes'].map((field) =>
    after('get_user', (user) => delete user[field]),
  ),
  'getUser.unknown': unknown('get_user', 400),
}

export const getUserAllowed: Record<string, Allowed> = {
  'a user is shown with what is required only': after('get_user', (user, answer) => {
    answer.object = { id: user.id, user_type: user.user_type }
  }),
  'get_user is answered with another 2xx': { variant: 'posts', ...withStatus('get_user', 203) },
}
