import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { median, type Outcome, ratios } from './outcome.js'
import { startProgram } from './processes.js'

/** From the start of the compiled program to its ready line, on an empty data folder and then on the same again. */
export async function measureStart(rounds: number, say: (line: string) => void): Promise<Outcome[]> {
  const [first, second]: [number[], number[]] = [[], []]
  for (let round = 1; round <= rounds; round++) {
    say(`Starting twice, ${round} of ${rounds}`)
    const dataDir = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-bench-'))
    try {
      // Where root runs this, PostgreSQL's own user has to enter.
      chmodSync(dataDir, 0o755)
      first.push(await secondsToReady(dataDir))
      second.push(await secondsToReady(dataDir))
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  }
  return [
    {
      key: 'start',
      title: 'the second start, against the first',
      ratios: { timeVsFirst: ratios(second, first) },
      figures: { 'first start': { s: median(first) }, 'second start': { s: median(second) } },
    },
  ]
}

async function secondsToReady(dataDir: string): Promise<number> {
  const started = performance.now()
  const { stop } = await startProgram(new URL('../src/main.js', import.meta.url), {
    NODE_ENV: 'production',
    DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'error',
  })
  const seconds = (performance.now() - started) / 1_000
  await stop()
  return seconds
}
