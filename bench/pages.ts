import { compared } from './comparison.js'
import { graphqlOf } from './graphql.js'
import { onLoaded, type Size } from './loaded.js'
import type { Outcome } from './outcome.js'
import { runRounds, type Settings } from './rounds.js'
import { productOn } from './stage.js'
import { inboxRow } from './workloads.js'

const page = `query Page($inboxId: ID!, $first: Int!, $after: String) {
  conversations(filter: { inboxId: $inboxId, status: [OPEN] }, first: $first, after: $after) {
    nodes { ${inboxRow} } pageInfo { endCursor hasNextPage } } }`

const deepest = 400
const rowsOfPage = 25

/** W1's rows on page 400, or the last one there is, against page 1. */
export async function measurePages(
  size: Size,
  settings: Settings,
  say: (line: string) => void,
): Promise<Outcome[]> {
  let outcomes: Outcome[] = []
  await onLoaded(size, say, async (loaded) => {
    const product = await productOn(loaded)
    const { token } = product.workloads[0] ?? { token: '' }
    const { inboxId } = JSON.parse(product.workloads[0]?.bodies[0] ?? '{}').variables
    const graphql = graphqlOf(product.program.port, token)
    let [number, after] = [1, null]
    while (number < deepest) {
      const { pageInfo } = (await graphql(page, { inboxId, first: rowsOfPage, after })).conversations
      if (!pageInfo.hasNextPage) break
      number++
      after = pageInfo.endCursor
    }
    const asked = (name: string, from: string | null) => {
      const body = JSON.stringify({ query: page, variables: { inboxId, first: rowsOfPage, after: from } })
      const title = `page ${number} of an inbox, against page 1`
      const workloads = [{ name: 'pages', title, path: '/graphql', token, bodies: [body] }]
      return { ...product, name, workloads }
    }
    const deep = `page ${number}`
    const samples = await runRounds([asked(deep, after), asked('page 1', null)], settings, say)
    outcomes = compared(samples, deep, { 'page 1': { rate: 'vsFirstPage' } })
  })
  return outcomes
}
