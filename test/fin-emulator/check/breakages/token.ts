import type { Allowed, Breakage, Json } from '../helpdesk/breakage.js'

type Given = { status: number; body: Json }

const token = (change: (answer: Given, text: string, headers: Json) => void): Breakage => ({
  token: (request, answer) => change(answer, request.body.toString(), request.headers),
})

const refuse = (answer: Given) => Object.assign(answer, { status: 400, body: { error: 'invalid_request' } })

const isWrong = ({ body }: Given) => body.error === 'invalid_client'

export const tokenBreakages: Record<string, Breakage | Breakage[]> = {
  'token.body': token((answer, text) => text.includes('client_secret=') && refuse(answer)),
  'token.basic': token((answer, _, { authorization }) => authorization && refuse(answer)),
  'token.json': token((answer, text) => text.startsWith('{') && refuse(answer)),
  'token.unknown': token((answer, text) => text.includes('scope') && refuse(answer)),
  'token.type': [
    token(({ body }) => delete body.token_type),
    token(({ body }) => Object.assign(body, body.token_type && { token_type: 'mac' })),
  ],
  'token.expiry': token(({ body }) => delete body.expires_in),
  'token.wrongSecret': [
    token((answer) => isWrong(answer) && refuse(answer)),
    token((answer) => isWrong(answer) && Object.assign(answer, { status: 403 })),
  ],
  'token.grant': token((answer) => {
    if (answer.body.error === 'unsupported_grant_type') answer.body.error = 'invalid_request'
  }),
}

export const tokenAllowed: Record<string, Allowed> = {
  'a wrong secret gets 400': token((answer) => isWrong(answer) && Object.assign(answer, { status: 400 })),
  'credentials as Basic only': token(
    (answer, text) =>
      text.includes('client_secret') &&
      Object.assign(answer, { status: 400, body: { error: 'invalid_client' } }),
  ),
  'credentials in JSON only': token((answer, text) => !text.startsWith('{') && refuse(answer)),
  'an unknown grant gets unauthorized_client': token((answer) => {
    if (answer.body.error === 'unsupported_grant_type') answer.body.error = 'unauthorized_client'
  }),
}
