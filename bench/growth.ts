import { compared } from './comparison.js'
import { onLoaded, type Size } from './loaded.js'
import type { Outcome } from './outcome.js'
import { asking } from './requests.js'
import { runRounds, type Settings } from './rounds.js'
import { productOn } from './stage.js'

/** W1 to W4 on ten times as much data. */
export async function measureGrowth(
  { conversations, ...size }: Size,
  settings: Settings,
  say: (line: string) => void,
): Promise<Outcome[]> {
  let outcomes: Outcome[] = []
  const named = (count: number) => `${count} conversations`
  const [few, many] = [conversations, 10 * conversations]
  await onLoaded({ ...size, conversations: few }, say, async (small) => {
    await onLoaded({ ...size, conversations: many }, say, async (large) => {
      const both = [await productOn(large, named(many)), await productOn(small, named(few))]
      const samples = await runRounds(asking(['W1', 'W2', 'W3', 'W4'], both), settings, say)
      // The other way round: a rate's inverse is a time.
      outcomes = compared(samples, named(few), { [named(many)]: { rate: 'timeVsTenth' } })
    })
  })
  return outcomes.map((outcome) => ({ ...outcome, key: `growth-${outcome.key}` }))
}
