import { codes, readDocuments, table } from '../../readme/documents.js'

/** What an operation answers: the code of an error, or one of these. */
export type Outcome = 'yes' | 'nothing' | string

export const columns = ['nobody', 'READ_ONLY', 'AGENT', 'SUPERVISOR', 'ADMIN', 'Fin'] as const
export type Column = (typeof columns)[number]

export interface Row {
  /** As it stands in the table. */
  name: string
  /** The field, and which call of it is meant. */
  field: string
  variant: string
  /** In an inbox of the caller's, and in another one. */
  expected: Partial<Record<Column, { own: Outcome; other: Outcome }>>
  scope: 'none' | 'READ' | 'WRITE' | 'ADMIN'
  /** What a token is told that may write but not administer. */
  withoutAdmin: Outcome
}

const page = readDocuments().find(({ file }) => file === 'docs/rights.md')

/** The rows of one of the tables in docs/rights.md. */
export function rowsOf(kind: 'mutation' | 'query' | 'subscription'): Row[] {
  if (!page) throw new Error('There is no docs/rights.md.')
  const heading = page.text.split('\n').find((line) => line.startsWith(`| ${kind} |`)) ?? ''
  const names = cellsOf(heading)
  return table(page, kind).map((cells) => {
    const [name = ''] = cells
    const scope = cells.at(-1) ?? ''
    return {
      name: name.replaceAll('`', ''),
      field: codes(name)[0] ?? '',
      variant: /\((.*)\)$/.exec(name)?.[1]?.replaceAll('`', '') ?? '',
      expected: Object.fromEntries(
        columns.flatMap((column) => {
          const cell = cells[names.indexOf(column)]
          if (cell === undefined) return []
          const [own = '', other = own] = cell.split(' / ')
          return [[column, { own, other }]]
        }),
      ),
      scope: scope.split(' ')[0] as Row['scope'],
      withoutAdmin: /\((.*)\)/.exec(scope)?.[1] ?? 'FORBIDDEN',
    }
  })
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split(' | ')
    .map((cell) => cell.trim())
}
