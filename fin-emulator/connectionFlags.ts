import type { Connection } from './connection.js'

/** The flags by which a command reaches a helpdesk, for `parseArgs`. */
export const connectionFlags = {
  'client-id': { type: 'string' },
  'client-secret': { type: 'string' },
  'token-url': { type: 'string' },
  'static-token': { type: 'string' },
  'signing-secret': { type: 'string' },
  'agent-id': { type: 'string' },
} as const

type Flag = keyof typeof connectionFlags

/** The same for people. */
export const connectionHelp = `  --client-id <id>           OAuth client credentials
  --client-secret <secret>
  --token-url <url>          where tokens come from (/oauth/token at the helpdesk)
  --static-token <token>     a fixed bearer token in place of OAuth
  --signing-secret <text>    the key of the request signatures (unset: not signed)
  --agent-id <id>            the agent who stands for Fin (the one named Fin, or the only one)`

/** How to reach a helpdesk, from flags, else from the environment; and what is missing for it. */
export function connectionFrom(
  helpdesk: string,
  values: { [Name in Flag]?: string | undefined },
  environment: Record<string, string | undefined>,
): { connection: Omit<Connection, 'variant'>; faults: string[] } {
  const given = (flag: Flag) =>
    values[flag] || environment[`FIN_${flag.replaceAll('-', '_').toUpperCase()}`] || undefined
  const connection = {
    helpdesk,
    tokenUrl: given('token-url'),
    clientId: given('client-id'),
    clientSecret: given('client-secret'),
    staticToken: given('static-token'),
    signingSecret: given('signing-secret'),
    agentId: given('agent-id'),
  }
  const faults: string[] = []
  if (!URL.canParse(helpdesk) || !/^https?:$/.test(new URL(helpdesk).protocol)) {
    faults.push(`The helpdesk’s address must be a URL, not "${helpdesk}"`)
  }
  if (!connection.staticToken && !(connection.clientId && connection.clientSecret)) {
    faults.push('--client-id and --client-secret are needed, or --static-token')
  }
  return { connection, faults }
}
