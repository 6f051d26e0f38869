import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { median, type Outcome } from './outcome.js'

/** Beside the sources, not beside what they compile to. */
export const resultsFile = fileURLToPath(new URL('../../bench/results.json', import.meta.url))

/** Writes the ratios by workload, each a median, with their least and greatest and everyone's figures. */
export function writeResults(file: string, run: object, outcomes: readonly Outcome[]): void {
  const byKey = outcomes.map(({ key, title, ratios, figures }) => {
    const of = (take: (values: number[]) => unknown) =>
      Object.fromEntries(Object.entries(ratios).map(([name, values]) => [name, take(values)]))
    return [
      key,
      {
        title,
        ...of((values) => rounded(median(values))),
        spread: of((values) => [Math.min(...values), Math.max(...values)].map(rounded)),
        figures,
      },
    ]
  })
  writeFileSync(file, `${JSON.stringify({ run, ...Object.fromEntries(byKey) }, null, 2)}\n`)
}

const rounded = (value: number) => Number(value.toFixed(3))
