import {
  type Allowed,
  after,
  type Breakage,
  bareOnly,
  before,
  dataOnly,
  withStatus,
} from '../helpdesk/breakage.js'

export const createUserBreakages: Record<string, Breakage | Breakage[]> = {
  'createUser.status': withStatus('create_user', 200),
  'createUser.bare': dataOnly('create_user'),
  'createUser.data': bareOnly('create_user'),
  'createUser.type': after('create_user', (user) => Object.assign(user, { user_type: 'end-user' })),
  'createUser.nulls': before('create_user', ({ name, email }) =>
    name === null && email === null ? 400 : undefined,
  ),
  'createUser.nothingMadeUp': before('create_user', (user) => {
    user.name ??= 'Unknown'
  }),
  'createUser.repeat': before('create_user', (user) => {
    delete user.object_id
  }),
  'createUser.attributes': before('create_user', (user) => {
    delete user.attributes
  }),
  'createUser.odd': before('create_user', ({ name }) => (name?.first ? 400 : undefined)),
  'createUser.malformed': { malformed: 500 },
}

export const createUserAllowed: Record<string, Allowed> = {
  'a new user stands under `data` only': { variant: 'posts', ...dataOnly('create_user') },
  'a new user stands at the top level only': { variant: 'posts', ...bareOnly('create_user') },
}
