// npm run chaos -- [--seed 7] [--kills 6] [--messages 2000] [--dir folder] [--minutes 9]
// docs/chaos.md tells what it does, and how to repeat a failure.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openFolder, type Run } from './folder.js'
import { goOn } from './run.js'
import { startNodes } from './stage/nodes.js'

/** How long the end of a part takes, at most, in ms: what is under way, what is left to be told, the comparison. */
const reserve = 120_000

try {
  await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
// What a part that was cut off is still waiting for is of no use any more.
process.exit()

async function main() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      kills: { type: 'string' },
      messages: { type: 'string' },
      dir: { type: 'string' },
      minutes: { type: 'string' },
    },
  })
  const started = Date.now()
  const minutes = number('minutes', values.minutes) ?? Number.POSITIVE_INFINITY
  const wanted = {
    seed: number('seed', values.seed),
    kills: number('kills', values.kills),
    messages: number('messages', values.messages),
  }
  const cut = new AbortController()
  process.once('SIGINT', () => cut.abort()).once('SIGTERM', () => cut.abort())

  const place = path.resolve(values.dir ?? temporary())
  const folder = await openFolder(place, wanted)
  const broken = await goOn(folder, {
    startStage: startNodes,
    isOver: () => Date.now() - started > minutes * 60_000 - reserve,
    signal: cut.signal,
    say: (line) => console.error(`[${((Date.now() - started) / 1_000).toFixed(0)} s] ${line}`),
  })
  if (!values.dir && broken.length === 0) rmSync(place, { recursive: true, force: true })
  if (cut.signal.aborted) process.exitCode = 130
  else conclude(folder.run, broken, place)
}

function conclude(run: Run, broken: readonly string[], place: string) {
  const { seed, kills, messages } = run
  if (broken.length > 0) {
    console.error(`\nBroken, with --seed ${seed} --kills ${kills} --messages ${messages}; see ${place}:`)
    for (const sentence of broken) console.error(`- ${sentence}`)
    process.exitCode = 1
    return
  }
  console.log(
    run.isDone ? 'Nothing was lost, doubled or out of order.' : 'Nothing so far. Run it again to go on.',
  )
}

function temporary(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-chaos-'))
  // Where root runs this, PostgreSQL's own user has to enter.
  chmodSync(folder, 0o755)
  return folder
}

function number(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const value = Number(given)
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} is a whole number.`)
  return value
}
