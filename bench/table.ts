import type { Sample } from './rounds.js'

/** Medians over the rounds, with Graphdesk's ratio to the limit taken within each round. */
export function tableOf(samples: readonly Sample[]): string {
  const rows = [
    ['', 'server', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'of the limit', 'CPU, times'],
  ]
  for (const workload of new Set(samples.map((sample) => sample.workload))) {
    const of = (server: string) => samples.filter((s) => s.workload === workload && s.server === server)
    const [product, limit] = [of('Graphdesk'), of('limit')]
    for (const own of [product, limit]) {
      const isProduct = own === product
      rows.push([
        isProduct ? `${workload.name} ${workload.title}` : '',
        own[0]?.server ?? '',
        median(own.map(rate)).toFixed(0),
        median(own.map(({ p50 }) => p50)).toFixed(1),
        median(own.map(({ p99 }) => p99)).toFixed(1),
        shown(median(own.map(cpu)), 0),
        isProduct ? shown(median(own.map((sample, round) => rate(sample) / rate(limit[round])))) : '',
        isProduct ? shown(median(own.map((sample, round) => cpu(sample) / cpu(limit[round]))), 1) : '',
      ])
    }
  }
  return aligned(rows, 2)
}

/** Rows of one length as text; the first `left` columns begin on a line, the others end on one. */
export function aligned(rows: readonly string[][], left: number): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: string[]) =>
    row.map((cell, column) =>
      column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n')
}

const rate = (sample: Sample | undefined) => (sample ? sample.count / sample.seconds : Number.NaN)

const cpu = (sample: Sample | undefined) => sample?.cpuPerRequest ?? Number.NaN

export function shown(value: number, digits = 2): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits)
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
