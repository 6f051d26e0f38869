import { styleText } from 'node:util'

export interface FirstAccess {
  email: string
  madePassword: string | null
  madeToken: string | null
}

/** What a person reads when the server is ready: where it is, and what to do next. */
export function welcome(url: string, first: FirstAccess | null, token: string | null): string {
  const lines = [`Graphdesk ready at ${url}`, '']
  const fragment = token ? `#token=${token}` : ''
  const signedIn = token ? ', signed in' : ''
  lines.push(
    `  Open the page${signedIn}:  ${styleText('cyan', `${url}/${fragment}`)}`,
    `  Open GraphiQL${signedIn}:  ${styleText('cyan', `${url}/graphql${fragment}`)}`,
  )
  if (first?.madePassword)
    lines.push('', `  Admin (shown once):  ${first.email}  password ${styleText('bold', first.madePassword)}`)
  if (first?.madeToken) lines.push(`  API token (shown once):  ${styleText('bold', first.madeToken)}`)
  lines.push(
    '',
    '  GraphiQL opens with a query of the inbox and a subscription to what happens; run either.',
    '  Another token:  mutation { createApiToken(input: { name: "mine" }) { ... on CreateApiTokenPayload { secret } ... on Error { message } } }',
    '  Fin:  README.md, "Connect Fin"; without a Fin account `npm run demo` plays one.',
    '  Stop with Ctrl-C.',
    '',
  )
  return lines.join('\n')
}
