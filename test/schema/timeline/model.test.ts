import fc from 'fast-check'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contextFor } from '../../../schema/context.js'
import { schema } from '../../../schema/schema.js'
import { fetchToken, finClient } from '../../rest-adapter/finClient.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { type Desk, opened, type Shown, steps, take } from './steps.js'

let server: TestServer
let desk: Desk
/** Fin's, in whose sight no notes are. */
let finToken: string

beforeAll(async () => {
  server = await startTestServer()
  const fin = await server.createFin({ sendsNotes: false })
  finToken = await fetchToken(server, fin)
  desk = {
    server,
    fin,
    client: finClient(server, finToken, 'posts'),
    ann: await server.agent('Ann', [fin.inboxId]),
    bob: await server.agent('Bob', [fin.inboxId]),
  }
})
afterAll(() => server.stop())

const timeline = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  conversation(id: $id) { revision timeline(first: $first, after: $after, last: $last, before: $before) {
    edges {
      cursor
      event { revision origin { api } actor { ... on Agent { id } ... on FinIntegration { id } } }
      node { __typename ... on Message { text visibility } } }
    nodes { __typename ... on Message { text } }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`

type Ask = (variables: object) => Promise<Data>

// biome-ignore lint/suspicious/noExplicitAny: what the document above gives
type Data = any

const asAnn: Ask = (variables) => server.must(timeline, variables, desk.ann.token)

/** As the operations of Fin's API ask. */
const asFin: Ask = async (variables) => {
  const contextValue = contextFor(server.app, await server.app.principals(finToken))
  const { data, errors } = await execute({
    schema,
    document: parse(timeline),
    variableValues: { ...variables },
    contextValue,
  })
  expect(errors).toBeUndefined()
  return data
}

interface Seen extends Shown {
  revision: number
}

/** The whole timeline, in pages of these sizes one after the other. */
async function paged(id: string, backwards: boolean, sizes: readonly number[], ask: Ask) {
  const seen: Seen[] = []
  for (let page = 0, beyond: string | null = null; ; page++) {
    expect(page).toBeLessThan(100)
    const size = sizes[page % sizes.length]
    const variables = backwards ? { id, last: size, before: beyond } : { id, first: size, after: beyond }
    const { conversation } = await ask(variables)
    const { edges, nodes, pageInfo } = conversation.timeline
    expect(nodes.map(nameOf)).toEqual(edges.map(({ node }: { node: object }) => nameOf(node)))
    expect(pageInfo.startCursor).toBe(edges[0].cursor)
    expect(backwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage).toBe(page > 0)
    const shown = edges.map(shownOf)
    if (backwards) seen.unshift(...shown)
    else seen.push(...shown)
    if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return seen
    beyond = backwards ? pageInfo.startCursor : pageInfo.endCursor
  }
}

test('a timeline has all that was done, in order, each once, in pages of any size from either end', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { maxLength: 15 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
      async (given, sizes) => {
        const model = await opened(desk)
        for (const step of given) await take(desk, model, step)
        const done = model.done.map((one, index) => ({ ...one, revision: index + 1 }))
        const withoutNotes = done.filter(({ isNote }) => !isNote)
        for (const backwards of [false, true]) {
          expect(await paged(model.id, backwards, sizes, asAnn)).toEqual(done)
          expect(await paged(model.id, backwards, sizes, asFin)).toEqual(withoutNotes)
        }
      },
    ),
    { numRuns: 20 },
  )
})

function shownOf({ node, event }: Data): Seen {
  return {
    type: node.__typename,
    text: node.text ?? null,
    by: event.actor.id,
    api: event.origin.api,
    isNote: node.visibility === 'PRIVATE',
    revision: event.revision,
  }
}

const nameOf = (node: { __typename?: string; text?: string }) => [node.__typename, node.text]
