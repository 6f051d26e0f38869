import { type Allowed, type Breakage, unknown } from '../helpdesk/breakage.js'
import { accessToken } from '../helpdesk/secrets.js'

const right = `Bearer ${accessToken}`

export const credentialBreakages: Record<string, Breakage | Breakage[]> = {
  'credentials.missing': { lets: (authorization) => [undefined, right].includes(authorization) },
  'credentials.wrong': {
    lets: (authorization, { path }) =>
      authorization === right || (authorization === 'Bearer wrong' && path.endsWith('agents')),
  },
  'credentials.challenge': { noChallenge: true },
  'credentials.only': [unknown('update_user', 401), unknown('update_user', 403)],
}

export const credentialsAllowed: Record<string, Allowed> = {
  'strangers get 403': { closed: 403, noChallenge: true },
}
