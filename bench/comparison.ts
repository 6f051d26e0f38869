import { median, type Outcome, ratios } from './outcome.js'
import type { Sample } from './rounds.js'

/** How a ratio is called, by whom the others are compared with. */
export interface Against {
  rate: string
  cpu?: string
}

/** One outcome a workload: `own` against others, within each round. */
export function compared(
  samples: readonly Sample[],
  own: string,
  against: Record<string, Against>,
): Outcome[] {
  return [...new Set(samples.map(({ workload }) => workload.name))].map((name) => {
    const of = (who: string) => samples.filter((s) => s.workload.name === name && s.contestant === who)
    const outcome: Outcome = {
      key: name.toLowerCase(),
      title: of(own)[0]?.workload.title ?? '',
      ratios: {},
      figures: {},
    }
    for (const who of [own, ...Object.keys(against)]) {
      const theirs = of(who)
      if (theirs.length === 0) continue
      outcome.figures[who] = {
        'requests/s': median(theirs.map(rate)),
        'p50 ms': median(theirs.map(({ p50 }) => p50)),
        'p99 ms': median(theirs.map(({ p99 }) => p99)),
        'CPU µs/request': median(theirs.map(cpu)),
        failed: theirs.reduce((sum, { failed }) => sum + failed, 0),
      }
      const named = against[who]
      if (!named) continue
      outcome.ratios[named.rate] = ratios(of(own).map(rate), theirs.map(rate))
      if (named.cpu) outcome.ratios[named.cpu] = ratios(of(own).map(cpu), theirs.map(cpu))
    }
    return outcome
  })
}

const rate = ({ count, seconds }: Sample) => count / seconds

const cpu = ({ cpuPerRequest }: Sample) => cpuPerRequest
