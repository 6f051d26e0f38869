import pg from 'pg'
import { expect } from 'vitest'
import type { Issued } from './statements.js'

/** One reading of a table or an index in an executed plan. */
interface Scan {
  node: string
  table: string
  index: string | null
  /** Read by one of its runs, as a mean, those thrown away included. */
  rowsPerRun: number
  runs: number
  /** Read and thrown away, in all. */
  removed: number
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

/** Those that grow for ever. */
const large = [
  'conversation',
  'conversation_tag',
  'message',
  'event',
  'event_feed_0',
  'end_user',
  'end_user_identity',
  'delivery',
  'delivery_attempt',
]

/** On one connection: PostgreSQL plans a statement for its values at first, and later perhaps once for all. */
const runsBefore = [0, 8]

/** Executes a recorded statement again with the same values, and gives what it reads. */
async function explain(url: string, statement: Issued, before: number): Promise<Scan[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`prepare again as ${statement.text}`)
    const values = statement.values.map((value) => literal(client, value)).join(', ')
    const again = `execute again${values && `(${values})`}`
    for (let run = 0; run < before; run++) await client.query(again)
    const { rows } = await client.query(`explain (analyze, format json) ${again}`)
    return scansOf(rows[0]['QUERY PLAN'][0].Plan)
  } finally {
    await client.end()
  }
}

export interface Page {
  table: string
  /** The only way into the table. */
  index: string
  /** The index by which one row is looked up beside it. */
  beside?: string
  /** Rows, with the one that tells whether there are more. */
  most: number
  /** Pages that are merged into the one. */
  merged?: number
  /** Rows that may be thrown away, in all; none when left out. */
  inVain?: number
}

/** A recorded statement reads its page from its index and nothing in vain unless it may, and what belongs to its rows row by row. */
export async function expectPage(url: string, statement: Issued, page: Page) {
  for (const before of runsBefore) expectRead(await explain(url, statement, before), page)
}

/** A recorded statement reads a table in indexes alone, whose rows it all needs; the table's own are not looked at. */
export async function expectIndexes(
  url: string,
  statement: Issued,
  table: string,
  indexes: readonly string[],
) {
  for (const before of runsBefore) {
    const scans = (await explain(url, statement, before)).filter((scan) => scan.table === table)
    const shown = JSON.stringify(scans, null, 1)
    expect(
      scans.map(({ node }) => node),
      shown,
    ).toEqual(indexes.map(() => 'Index Only Scan'))
    expect(scans.map(({ index }) => index).sort(), shown).toEqual(indexes)
    for (const { removed } of scans) expect(removed, shown).toBe(0)
  }
}

/** A recorded statement reads a table by indexes, whichever, and nothing of it in vain. */
export async function expectIndexed(url: string, statement: Issued, table: string) {
  for (const before of runsBefore) {
    const scans = (await explain(url, statement, before)).filter((scan) => scan.table === table)
    const shown = JSON.stringify(scans, null, 1)
    expect(scans, shown).not.toEqual([])
    for (const { index, removed } of scans) expect([index === null, removed], shown).toEqual([false, 0])
  }
}

/**
 * A recorded statement that is planned for its values reads at most so many rows of each large table, thrown away ones
 * included, and no others.
 */
export async function expectAtMost(url: string, statement: Issued, most: Record<string, number>) {
  const scans = (await explain(url, statement, 0)).filter(({ table }) => large.includes(table))
  const shown = JSON.stringify(scans, null, 1)
  const read: Record<string, number> = {}
  for (const { table, rowsPerRun, runs } of scans) read[table] = (read[table] ?? 0) + rowsPerRun * runs
  for (const [table, rows] of Object.entries(read)) {
    expect(rows, `${table} in ${shown}`).toBeLessThanOrEqual(most[table] ?? 0)
  }
}

function expectRead(scans: readonly Scan[], { table, index, beside, most, merged = 1, inVain = 0 }: Page) {
  const shown = JSON.stringify(scans, null, 1)
  const ways = scans.filter((scan) => scan.table === table)
  const lookUp = ways.filter((scan) => scan.index === beside)
  for (const scan of lookUp) expect([scan.rowsPerRun, scan.runs], shown).toEqual([1, 1])
  const indexes = ways.filter((scan) => !lookUp.includes(scan)).map((scan) => scan.index)
  expect(indexes, shown).toEqual([index])
  for (const scan of scans) {
    if (!large.includes(scan.table)) continue
    expect(scan.node, shown).not.toBe('Seq Scan')
    expect(scan.removed, shown).toBeLessThanOrEqual(inVain)
    expect(scan.rowsPerRun, shown).toBeLessThanOrEqual(most * merged + inVain)
    expect(scan.runs, shown).toBeLessThanOrEqual(most)
  }
}

function scansOf(node: PlanNode): Scan[] {
  const below = (node.Plans ?? []).flatMap(scansOf)
  const table = node['Relation Name']
  if (!table || !node['Node Type'].includes('Scan') || node['Actual Loops'] === 0) return below
  const runs = node['Actual Loops']
  const removed =
    ((node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) * runs
  const rowsPerRun = node['Actual Rows'] + removed / runs
  // A bitmap's index stands below its table.
  const index = node['Index Name'] ?? node.Plans?.[0]?.['Index Name'] ?? null
  return [{ node: node['Node Type'], table, index, rowsPerRun, runs, removed }, ...below]
}

function literal(client: pg.Client, value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return client.escapeLiteral(`{${value.join(',')}}`)
  if (value instanceof Date) return client.escapeLiteral(value.toISOString())
  return client.escapeLiteral(String(value))
}
