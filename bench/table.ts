import { median, type Outcome } from './outcome.js'

/** The ratios with their spread over the rounds, and below them the figures of everyone. */
export function tableOf(outcomes: readonly Outcome[]): string {
  return [ratioTable(outcomes), ...figureTables(outcomes)].join('\n\n')
}

function ratioTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ key, title, ratios }) =>
    Object.entries(ratios).map(([name, values], index) => [
      index === 0 ? `${key} ${title}` : '',
      name,
      shown(median(values)),
      `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`,
    ]),
  )
  return aligned([['', 'ratio', 'median', 'spread'], ...rows], 2)
}

/** One for all outcomes in turn that measure the same. */
function figureTables(outcomes: readonly Outcome[]): string[] {
  const tables: { columns: string[]; rows: string[][] }[] = []
  for (const { key, figures } of outcomes) {
    let isFirst = true
    for (const [who, measured] of Object.entries(figures)) {
      const columns = Object.keys(measured)
      if (tables.at(-1)?.columns.join() !== columns.join()) tables.push({ columns, rows: [] })
      tables.at(-1)?.rows.push([isFirst ? key : '', who, ...Object.values(measured).map(figure)])
      isFirst = false
    }
  }
  return tables.map(({ columns, rows }) => aligned([['', '', ...columns], ...rows], 2))
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

const figure = (value: number) => shown(value, value < 100 ? 1 : 0)

function shown(value: number, digits = 2): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits)
}
