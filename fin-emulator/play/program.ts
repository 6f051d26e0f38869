import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { variantNames } from '../connection.js'
import { connectionFlags, connectionFrom, connectionHelp } from '../connectionFlags.js'
import { startEmulator } from '../emulator.js'
import { reason } from '../helpdeskError.js'
import { OptionsError } from '../options.js'
import { readConversations } from './file.js'
import { type Played, playAll } from './play.js'

const help = `Plays a file of conversations, several at a time, and compares Fin's copy of each with the helpdesk's, message by message.

npm run fin-emulator -- play <file> [flags]

  --helpdesk <url>           its address (http://localhost:4000)
  --variant posts|rest       which variant of the API to speak (posts)
  --concurrency <number>     how many conversations at a time (8)
${connectionHelp}
  --help

The file has a conversation on each line: {"id": "any", "turns": ["what the end-user writes", …]}; a turn without a
word is left out. Fin answers by the emulator's rules. Exit status: 0 when all copies are equal, else 1.
`

const flags = {
  ...connectionFlags,
  helpdesk: { type: 'string' },
  variant: { type: 'string' },
  concurrency: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** The command `play`; returns the exit status. Throws OptionsError, or when the helpdesk cannot be reached. */
export async function play(args: string[], environment: Record<string, string | undefined>): Promise<number> {
  const options = readOptions(args, environment)
  if (!options) {
    console.log(help)
    return 0
  }
  const { connection, conversations, concurrency } = options
  const emulator = await startEmulator({
    identifier: randomUUID(),
    webhookKey: randomUUID(),
    retryDelayMs: 1_000,
    connection,
  })
  try {
    const started = performance.now()
    const done = showProgress(conversations.length)
    const played = await playAll(emulator, conversations, concurrency, done)
    return report(played, (performance.now() - started) / 1_000)
  } finally {
    await emulator.stop()
  }
}

function readOptions(args: string[], environment: Record<string, string | undefined>) {
  const { values, positionals } = parse(args)
  if (values.help) return null
  const helpdesk = values.helpdesk ?? environment.FIN_HELPDESK ?? 'http://localhost:4000'
  const { connection, faults } = connectionFrom(helpdesk, values, environment)
  const variant = variantNames.find((name) => name === (values.variant ?? 'posts'))
  const concurrency = Number(values.concurrency ?? 8)
  const [file, ...more] = positionals
  if (!variant) faults.push(`--variant must be ${variantNames.join(' or ')}`)
  if (!Number.isInteger(concurrency) || concurrency < 1) faults.push('--concurrency must be a whole number')
  if (!file || more.length > 0) faults.push('Say which file: play <file>')
  if (faults.length > 0 || !variant || !file) throw new OptionsError(faults.join('\n'))
  return { connection: { ...connection, variant }, conversations: readConversations(file), concurrency }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: flags })
  } catch (error) {
    throw new OptionsError(reason(error))
  }
}

function showProgress(all: number): (played: Played) => void {
  const step = Math.ceil(all / 10)
  let done = 0
  return () => {
    done += 1
    if (done % step === 0 || done === all) console.log(`${done} of ${all} conversations`)
  }
}

function report(played: readonly Played[], seconds: number): number {
  const different = played.filter(({ difference }) => difference !== null)
  for (const { id, difference } of different) console.log(`${id}: ${difference}`)
  const messages = played.reduce((sum, one) => sum + one.messages, 0)
  const rate = (count: number) => `${(count / seconds).toFixed(1)} a second`
  console.log(
    `${played.length} conversations (${rate(played.length)}) with ${messages} messages (${rate(messages)}), ${different.length} different`,
  )
  return different.length > 0 ? 1 : 0
}
