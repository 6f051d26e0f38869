import { type Faults, openFaults } from './faults.js'
import { describe, isReached, totals } from './figures.js'
import type { Folder } from './folder.js'
import { judgePart } from './judge/part.js'
import { runPart } from './part.js'
import type { Stage, StageOptions } from './stage/stage.js'

export interface RunOptions {
  startStage: (options: StageOptions, undo: (() => unknown)[]) => Promise<Stage>
  /** Whether to end this part, whatever is left to do. */
  isOver: () => boolean
  /** Cuts the part off, as a crash would, but leaves nothing running. */
  signal?: AbortSignal
  /** Called when there is something to tell, and every few seconds. */
  say: (line: string) => void
}

/** Goes on with a run, by one part at most. Gives what it found broken, in sentences. */
export async function goOn(folder: Folder, options: RunOptions): Promise<readonly string[]> {
  const { run } = folder
  if (run.isDone || run.broken.length > 0) return run.broken
  const faults = openFaults()
  const undo: (() => unknown)[] = []
  try {
    await Promise.race([work(folder, options, faults, undo), aborted(options.signal)])
  } catch (error) {
    faults.add(explain(error as Error))
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  if (options.signal?.aborted) return []
  if (faults.count > faults.shown.length) faults.add(`… and ${faults.count - faults.shown.length} more`)
  run.broken = faults.shown
  folder.save()
  return faults.shown
}

async function work(
  folder: Folder,
  { startStage, isOver, say }: RunOptions,
  faults: Faults,
  undo: (() => unknown)[],
) {
  const { run, dataDir } = folder
  const { ports, adminToken, secretKey } = run
  say(`Seed ${run.seed}: ${run.kills} kills, ${run.messages} messages`)
  const stage = await startStage(
    { dataDir, ports: ports.stage, adminToken, secretKey, ended: faults.add },
    undo,
  )
  if (!isReached(run, totals(run))) await runPart({ folder, stage, isOver, faults, say, undo })
  if (run.parts.length > 1) say(`All ${run.parts.length} parts so far:\n${describe(totals(run))}`)
  if (!isReached(run, totals(run))) return
  if (run.parts.length > 1) {
    // That may take long, and would not be judged when it is cut off.
    if (isOver()) return say('All that is left is to compare all parts once more')
    await compareAll(folder, stage, faults, say)
  }
  run.isDone = true
}

async function compareAll(folder: Folder, stage: Stage, faults: Faults, say: (line: string) => void) {
  const { run } = folder
  say('Comparing all parts once more')
  const entries = folder.entries()
  for (const part of run.parts) {
    const own = entries.filter(({ part: number }) => number === part.number)
    await judgePart(stage.databaseUrl(), part, own, faults)
    say(`Compared part ${part.number}`)
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()))
}

function explain(error: Error): string {
  return error.cause ? `${error.message} (${JSON.stringify(error.cause)})` : error.message
}
