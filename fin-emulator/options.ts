import { parseArgs } from 'node:util'
import { z } from 'zod'
import { variantNames } from './connection.js'
import type { EmulatorOptions } from './emulator.js'
import { reason } from './helpdeskError.js'

const defaults: Record<string, string> = {
  helpdesk: 'http://localhost:4000',
  variant: 'posts',
  port: '4100',
  host: '127.0.0.1',
  'retry-delay-ms': '60000',
  compare: 'yes',
}

const needed = (flag: string) => z.string({ error: `--${flag} (${environmentName(flag)}) is needed` }).min(1)
const wholeNumber = (flag: string) =>
  z.string().regex(/^\d+$/, `--${flag} must be a whole number`).transform(Number)

const settings = z
  .object({
    helpdesk: z.url({ error: '--helpdesk must be a URL', protocol: /^https?$/ }),
    'token-url': z.url({ error: '--token-url must be a URL', protocol: /^https?$/ }).optional(),
    'client-id': z.string().optional(),
    'client-secret': z.string().optional(),
    'static-token': z.string().optional(),
    'signing-secret': z.string().optional(),
    variant: z.enum(variantNames, { error: `--variant must be ${variantNames.join(' or ')}` }),
    'agent-id': z.string().optional(),
    identifier: needed('identifier'),
    'webhook-key': needed('webhook-key'),
    port: wholeNumber('port').refine((port) => port < 65_536, '--port must be below 65536'),
    host: z.string(),
    'retry-delay-ms': wholeNumber('retry-delay-ms'),
    compare: z.enum(['yes', 'no'], { error: '--compare must be yes or no' }),
  })
  .refine((given) => given['static-token'] || (given['client-id'] && given['client-secret']), {
    error: '--client-id and --client-secret are needed, or --static-token',
    when: () => true,
  })

/** Faults in the flags or the environment, all of them, one a line. */
export class OptionsError extends Error {}

/** Reads flags, then the environment, then defaults; null when help was asked for. */
export function readOptions(
  args: string[],
  environment: Record<string, string | undefined>,
): EmulatorOptions | null {
  const flags = parse(args)
  if (flags.help) return null
  const given = settings.safeParse(fill(flags, environment))
  if (!given.success) throw new OptionsError(given.error.issues.map(({ message }) => message).join('\n'))
  const { helpdesk, variant, identifier, port, host, compare } = given.data
  return {
    identifier,
    port,
    host,
    webhookKey: given.data['webhook-key'],
    retryDelayMs: given.data['retry-delay-ms'],
    compareAfterSync: compare === 'yes',
    connection: {
      helpdesk,
      variant,
      tokenUrl: given.data['token-url'],
      clientId: given.data['client-id'],
      clientSecret: given.data['client-secret'],
      staticToken: given.data['static-token'],
      signingSecret: given.data['signing-secret'],
      agentId: given.data['agent-id'],
    },
  }
}

function parse(args: string[]): Record<string, string | boolean | undefined> {
  const texts = Object.keys(settings.shape).map((flag) => [flag, { type: 'string' }] as const)
  try {
    const options = { ...Object.fromEntries(texts), help: { type: 'boolean', short: 'h' } as const }
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new OptionsError(reason(error))
  }
}

function fill(flags: Record<string, unknown>, environment: Record<string, string | undefined>) {
  const filled = Object.keys(settings.shape).map((flag) => {
    const found = flags[flag] ?? (environment[environmentName(flag)] || defaults[flag])
    return [flag, found]
  })
  return Object.fromEntries(filled)
}

function environmentName(flag: string): string {
  return `FIN_${flag.replaceAll('-', '_').toUpperCase()}`
}
