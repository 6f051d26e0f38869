import { compared } from './comparison.js'
import { onLoaded, type Size } from './loaded.js'
import type { Outcome } from './outcome.js'
import { type Contestant, runRounds, type Settings } from './rounds.js'
import { checkSameContent } from './sameContent.js'
import { contestantsOn } from './stage.js'

/** W1 to W4b and W7, beside the limit and PostGraphile. */
export async function measureRequests(
  size: Size,
  only: readonly string[],
  settings: Settings,
  say: (line: string) => void,
): Promise<Outcome[]> {
  let outcomes: Outcome[] = []
  await onLoaded(size, say, async (loaded) => {
    say('Starting the servers')
    const contestants = asking(only, await contestantsOn(loaded))
    if (contestants.length < 3) say('PostGraphile is not installed and left out')
    say('Comparing the answers')
    await checkSameContent(contestants)
    outcomes = compared(await runRounds(contestants, settings, say), 'Graphdesk', {
      limit: { rate: 'vsLimit', cpu: 'cpuVsLimit' },
      PostGraphile: { rate: 'vsPostgraphile', cpu: 'cpuVsPostgraphile' },
    })
  })
  return outcomes
}

/** The same contestants, asked less: `W4b` stands for all workloads whose names begin with it and a hyphen. */
export function asking(only: readonly string[], contestants: readonly Contestant[]): Contestant[] {
  return contestants.map((contestant) => {
    const workloads = contestant.workloads.filter(({ name }) => only.includes(name.split('-')[0] ?? ''))
    const empty = workloads.find(({ bodies }) => bodies.length === 0)
    if (empty) throw new Error(`${empty.name} finds nothing to ask for in so few conversations: take 20000.`)
    return { ...contestant, workloads }
  })
}
