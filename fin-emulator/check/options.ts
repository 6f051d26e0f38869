import { parseArgs } from 'node:util'
import { type Connection, type VariantName, variantNames } from '../connection.js'
import { reason } from '../helpdeskError.js'
import { OptionsError } from '../options.js'

export interface CheckOptions {
  connection: Omit<Connection, 'variant'>
  variants: readonly VariantName[]
  json: boolean
}

const texts = [
  'client-id',
  'client-secret',
  'token-url',
  'static-token',
  'signing-secret',
  'agent-id',
] as const

/** Reads the flags of `check`, then the environment; null when help was asked for. Throws OptionsError. */
export function readCheckOptions(
  args: string[],
  environment: Record<string, string | undefined>,
): CheckOptions | null {
  const { values, positionals } = parse(args)
  if (values.help) return null
  const given = Object.fromEntries(
    texts.map((flag) => {
      const found = values[flag] ?? environment[`FIN_${flag.replaceAll('-', '_').toUpperCase()}`]
      return [flag, found || undefined]
    }),
  ) as Record<(typeof texts)[number], string | undefined>
  const [helpdesk = environment.FIN_HELPDESK ?? '', ...more] = positionals
  const { variant = 'both' } = values
  const faults = [
    !URL.canParse(helpdesk) || !/^https?:/.test(helpdesk) ? 'Say the helpdesk’s address: check <url>' : '',
    more.length > 0 ? 'One helpdesk at a time' : '',
    variant !== 'both' && !variantNames.some((name) => name === variant)
      ? '--variant must be posts, rest or both'
      : '',
    given['static-token'] || (given['client-id'] && given['client-secret'])
      ? ''
      : '--client-id and --client-secret are needed, or --static-token',
  ].filter((fault) => fault !== '')
  if (faults.length > 0) throw new OptionsError(faults.join('\n'))
  return {
    variants: variant === 'both' ? variantNames : [variant as VariantName],
    json: values.json ?? false,
    connection: {
      helpdesk,
      tokenUrl: given['token-url'],
      clientId: given['client-id'],
      clientSecret: given['client-secret'],
      staticToken: given['static-token'],
      signingSecret: given['signing-secret'],
      agentId: given['agent-id'],
    },
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'client-id': text,
        'client-secret': text,
        'token-url': text,
        'static-token': text,
        'signing-secret': text,
        'agent-id': text,
        variant: text,
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new OptionsError(reason(error))
  }
}
