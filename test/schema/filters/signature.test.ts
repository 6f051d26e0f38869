import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Recorder, recordStatements } from '../../plans/statements.js'
import { startTestServer, type TestServer } from '../../support/server.js'

let server: TestServer
let recorder: Recorder
let inboxId: string
let ids: string[]
let skew = 0

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => new Date(Date.now() + skew) } })
  recorder = recordStatements()
  inboxId = await server.inbox()
  ids = []
  for (let i = 0; i < 4; i++) ids.unshift(await server.conversation(inboxId))
})
afterAll(async () => {
  recorder.stop()
  await server.stop()
})

const list = `query ($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int, $unless: String) {
  conversations(filter: $filter, orderBy: $orderBy, first: $first, unlessSignature: $unless) {
    signature isUnchanged totalCount nodes { id title endUser { name } } edges { cursor }
    pageInfo { hasNextPage startCursor endCursor } } }`

async function page(unless: string | null = null, variables: object = {}) {
  const { conversations } = await server.must(list, { filter: { inboxId }, first: 3, unless, ...variables })
  return conversations
}

async function change(mutation: string, input: object) {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
  await server.must(
    `mutation ($input: ${name}Input!) { ${mutation}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input },
  )
}

test('an unchanged page has no rows, but what else is known of it', async () => {
  for (const field of ['LAST_ACTIVITY', 'CREATED', 'WAITING_SINCE', 'PRIORITY', 'SNOOZED_UNTIL']) {
    const variables = { orderBy: { field, direction: 'DESC' } }
    const whole = await page(null, variables)
    expect(whole).toMatchObject({ isUnchanged: false, totalCount: 4, pageInfo: { hasNextPage: true } })
    expect(whole.nodes).toHaveLength(3)
    const again = await page(whole.signature, variables)
    expect(again).toEqual({ ...whole, nodes: [], edges: [], isUnchanged: true })
  }
})

test('it is another page when a conversation has come, gone, moved or changed, and when there are more behind it', async () => {
  let seen = await page()
  const changes: [string, () => Promise<unknown>][] = [
    ['changed', () => change('updateConversation', { conversationId: ids[1], title: 'Changed' })],
    ['moved', () => change('addNote', { conversationId: ids[2], body: 'Hello' })],
    ['come', () => server.conversation(inboxId)],
  ]
  for (const [kind, make] of changes) {
    await make()
    const next = await page(seen.signature)
    expect(next, kind).toMatchObject({ isUnchanged: false })
    expect(next.nodes, kind).toHaveLength(3)
    expect(next.signature, kind).not.toBe(seen.signature)
    seen = next
  }
  const all = { filter: { inboxId, status: ['OPEN'] }, first: 100 }
  const whole = await page(null, all)
  await change('setConversationStatus', { conversationId: ids[3], status: 'CLOSED' })
  expect(await page(whole.signature, all)).toMatchObject({ isUnchanged: false, totalCount: 4 })
})

test('it is another page when its end-users have become one', async () => {
  const filter = { inboxId: await server.inbox('Merged') }
  for (let i = 0; i < 2; i++) await server.conversation(filter.inboxId)
  const list = `query ($filter: ConversationFilter, $unless: String) {
    conversations(filter: $filter, unlessSignature: $unless) { signature isUnchanged nodes { endUser { id } } } }`
  const { conversations: seen } = await server.must(list, { filter })
  const [from, into] = seen.nodes.map(({ endUser }: { endUser: { id: string } }) => endUser.id)
  await change('mergeEndUsers', { endUserId: from, intoEndUserId: into })
  const { conversations: next } = await server.must(list, { filter, unless: seen.signature })
  expect(next).toMatchObject({
    isUnchanged: false,
    nodes: [{ endUser: { id: into } }, { endUser: { id: into } }],
  })
  const { conversations: again } = await server.must(list, { filter, unless: next.signature })
  expect(again).toEqual({ signature: next.signature, isUnchanged: true, nodes: [] })
})

test('it is another page when time alone has put a conversation in or out, until then the same', async () => {
  const inboxId = await server.inbox('Timed')
  await server.conversation(inboxId)
  const lists = [{ afterAgo: 3600 }, { beforeAgo: 3600 }].map((createdAt) => ({
    filter: { inboxId, createdAt },
  }))
  const sizes = async (seen: string[], isUnchanged: boolean) => {
    const pages = await Promise.all(lists.map((list, index) => page(seen[index], list)))
    expect(pages.map((next) => next.isUnchanged)).toEqual([isUnchanged, isUnchanged])
    return pages.map(({ signature, totalCount }) => [signature, totalCount])
  }
  const [[young, one], [old, none]] = (await sizes([], false)) as [[string, number], [string, number]]
  expect([one, none]).toEqual([1, 0])
  skew += 3_500_000
  await sizes([young, old], true)
  skew += 200_000
  expect((await sizes([young, old], false)).map(([, count]) => count)).toEqual([0, 1])
  skew = 0
})

test('what is beside the page leaves it unchanged', async () => {
  const seen = await page()
  await server.conversation(await server.inbox('Other'))
  expect((await page(seen.signature)).isUnchanged).toBe(true)
})

test('an unchanged page costs one statement, which reads nothing but its conversations', async () => {
  const { signature } = await page()
  const cheap = `query ($filter: ConversationFilter, $unless: String) {
    conversations(filter: $filter, first: 3, unlessSignature: $unless) { signature isUnchanged nodes { title endUser { name } } } }`
  const ask = () => server.must(cheap, { filter: { inboxId }, unless: signature })
  await ask()
  const issued = (await recorder.of(ask)).filter(({ name }) => name !== 'token.principal')
  expect(issued).toHaveLength(1)
  expect(issued[0]?.text).not.toMatch(/title|e\.name/)
})
