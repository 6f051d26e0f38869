/** What one workload came to. */
export interface Outcome {
  /** In the file of results. */
  key: string
  title: string
  /** By name, e.g. `vsLimit`: one number for each round. */
  ratios: Record<string, number[]>
  /** Of everyone who took part, by name: medians by what they measure, with its unit. */
  figures: Record<string, Record<string, number>>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Of one number per round to another's of the same round. */
export function ratios(own: readonly number[], other: readonly number[]): number[] {
  return own.map((value, round) => value / (other[round] ?? Number.NaN))
}
