import { connectionHelp } from '../connectionFlags.js'
import { readCheckOptions } from './options.js'
import { json, summary, table } from './report.js'
import { checkVariant, type Finding } from './run.js'

const help = `Looks whether a helpdesk does what Fin relies on, point by point, and says where each point is written.

npm run fin-emulator -- check <url> [flags]

  --variant posts|rest|both  which variant of the API (both)
  --path get_user=/my/path   where an operation lives, on the helpdesk's host or as a URL of its own; once for
                             each that does not have its documented name
${connectionHelp}
  --json                     for programs
  --help

It writes users, conversations and messages into the helpdesk. Signatures are looked at only where their key is given.
Points that the vendor's pages leave open are marked "assumed", and warn only. Exit status: 0 when no other point failed, 1 when one did.
`

/** The command `check`; returns the exit status. Throws OptionsError, or when the helpdesk cannot be reached. */
export async function check(
  args: string[],
  environment: Record<string, string | undefined>,
): Promise<number> {
  const options = readCheckOptions(args, environment)
  if (!options) {
    console.log(help)
    return 0
  }
  const findings: Finding[] = []
  for (const variant of options.variants) {
    const found = await checkVariant({ ...options.connection, variant }, (done, all) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${variant}: ${done} of ${all}`)
    })
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    findings.push(...found)
  }
  console.log(options.json ? json(findings) : table(findings))
  return summary(findings).failed > 0 ? 1 : 0
}
