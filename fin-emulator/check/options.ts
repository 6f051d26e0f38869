import { parseArgs } from 'node:util'
import { type VariantName, variantNames } from '../connection.js'
import { connectionFlags, connectionFrom } from '../connectionFlags.js'
import { reason } from '../helpdeskError.js'
import { OptionsError } from '../options.js'
import { type Checked, readPaths } from './address.js'

export interface CheckOptions {
  connection: Omit<Checked, 'variant'>
  variants: readonly VariantName[]
  json: boolean
}

const flags = {
  ...connectionFlags,
  variant: { type: 'string' },
  path: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads the flags of `check`, then the environment; null when help was asked for. Throws OptionsError. */
export function readCheckOptions(
  args: string[],
  environment: Record<string, string | undefined>,
): CheckOptions | null {
  const { values, positionals } = parse(args)
  if (values.help) return null
  const [helpdesk = environment.FIN_HELPDESK ?? '', ...more] = positionals
  const { connection, faults } = connectionFrom(helpdesk, values, environment)
  const { paths, faults: pathFaults } = readPaths(values.path ?? [])
  faults.push(...pathFaults)
  const { variant = 'both' } = values
  const variants = variant === 'both' ? variantNames : variantNames.filter((name) => name === variant)
  if (variants.length === 0) faults.push(`--variant must be ${variantNames.join(', ')} or both`)
  if (more.length > 0) faults.push('One helpdesk at a time')
  if (faults.length > 0) throw new OptionsError(faults.join('\n'))
  return { variants, json: values.json ?? false, connection: { ...connection, paths } }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: flags })
  } catch (error) {
    throw new OptionsError(reason(error))
  }
}
