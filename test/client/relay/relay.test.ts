import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  commitMutation,
  createOperationDescriptor,
  type Environment,
  fetchQuery,
  type GraphQLTaggedNode,
  getRequest,
  getSingularSelector,
  requestSubscription,
  type Variables,
} from 'relay-runtime'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { projectRoot } from '../../../src/root.js'
import { startDesk } from '../desk.js'
import { soon } from '../setup.js'
import { compileForRelay } from './compile.js'
import { createEnvironment } from './environment.js'

let relay: ReturnType<typeof compileForRelay>
/** What relay-compiler makes of the documents, by name. */
const compiled: Record<string, GraphQLTaggedNode> = {}

beforeAll(async () => {
  const source = path.join(projectRoot, 'test/client/relay/inbox.ts')
  relay = compileForRelay({ 'inbox.ts': readFileSync(source, 'utf8') })
  for (const name of [
    'Query',
    'PageQuery',
    'OpenQuery',
    'TimelineQuery',
    'AssignMutation',
    'EventsSubscription',
  ])
    compiled[name] = await relay.load(`inbox${name}`)
  for (const name of ['conversations', 'timeline']) compiled[name] = await relay.load(`inbox_${name}`)
})
afterAll(() => relay?.remove())

const document = (name: string) => compiled[name] as GraphQLTaggedNode

/** A page with the first two of three conversations. */
async function openPage() {
  const desk = await startDesk()
  onTestFinished(() => desk.server.stop())
  const onResync = vi.fn()
  const environment = createEnvironment({ ...desk.place, onResync })
  const list = await load(environment, 'Query', { count: 2 })
  return { ...desk, environment, list, onResync }
}

/** Fetches a query and keeps it in the store, as a mounted page does. */
async function load(environment: Environment, name: string, variables: Variables) {
  const operation = createOperationDescriptor(getRequest(document(name)), variables)
  const { dispose } = environment.retain(operation)
  onTestFinished(dispose)
  await fetchQuery(environment, document(name), variables, { fetchPolicy: 'network-only' }).toPromise()
  return operation
}

type Operation = Awaited<ReturnType<typeof load>>

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of a fragment
function read(environment: Environment, operation: Operation, fragment: string, of?: string): any {
  const data = environment.lookup(operation.fragment).data as Record<string, unknown>
  const selector = getSingularSelector(document(fragment) as never, of ? data[of] : data)
  return environment.lookup(selector as never).data
}

function rowsOf(environment: Environment, list: Operation) {
  const { edges } = read(environment, list, 'conversations').conversations
  return edges.map(({ node }: { node: { id: string; assignee: { name: string } | null } }) => node)
}

test('relay-compiler takes the schema, and a list grows by pages', async () => {
  const { environment, list, ids } = await openPage()
  expect(rowsOf(environment, list).map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]])
  const { pageInfo } = read(environment, list, 'conversations').conversations
  expect(pageInfo.hasNextPage).toBe(true)
  await load(environment, 'PageQuery', { count: 2, cursor: pageInfo.endCursor })
  expect(rowsOf(environment, list).map(({ id }: { id: string }) => id)).toEqual(ids.toReversed())
})

test('a timeline grows from its end backwards', async () => {
  const { server, environment, ids } = await openPage()
  const [id] = ids
  for (const body of ['two', 'three']) {
    await server.must(
      `mutation ($input: AddNoteInput!) { addNote(input: $input) { __typename ... on Error { message } } }`,
      { input: { conversationId: id, body } },
    )
  }
  const open = await load(environment, 'OpenQuery', { id, count: 2 })
  const shown = () => {
    const { edges } = read(environment, open, 'timeline', 'conversation').timeline
    return edges.map(
      ({ node }: { node: { __typename: string; text?: string } }) => node.text ?? node.__typename,
    )
  }
  expect(shown()).toEqual(['two', 'three'])
  const { pageInfo } = read(environment, open, 'timeline', 'conversation').timeline
  await load(environment, 'TimelineQuery', { id, count: 2, cursor: pageInfo.startCursor })
  expect(shown()).toEqual(['ConversationOpened', 'one', 'two', 'three'])
})

test('what a mutation gives is shown in the list at once, by its id, and why one was refused', async () => {
  const { environment, list, newest, agentId } = await openPage()
  expect(rowsOf(environment, list)[0]).toMatchObject({ id: newest, assignee: null })
  const run = (conversationId: string) =>
    new Promise<unknown>((resolve, reject) => {
      commitMutation(environment, {
        mutation: document('AssignMutation'),
        variables: { input: { conversationId, agentId, idempotencyKey: conversationId } },
        onCompleted: resolve,
        onError: reject,
      })
    })
  await run(newest)
  expect(rowsOf(environment, list)[0]).toMatchObject({ id: newest, assignee: { id: agentId, name: 'Ada' } })
  expect(await run('conv_unknown')).toMatchObject({ assignConversation: { refused: { code: 'NOT_FOUND' } } })
})

test('events from the page’s cursor on are followed through the client package, and shown in the list', async () => {
  const { environment, list, newest, retitle, onResync } = await openPage()
  const { eventCursor: after } = environment.lookup(list.fragment).data as { eventCursor: string }
  await retitle(newest, 'before it follows')
  const types: string[] = []
  const { dispose } = requestSubscription(environment, {
    subscription: document('EventsSubscription'),
    variables: { after },
    onNext: (data) => types.push((data as { events: { type: string } }).events.type),
  })
  onTestFinished(dispose)
  const [row] = rowsOf(environment, list)
  expect(row).toMatchObject({ title: null })
  await vi.waitFor(() => expect(rowsOf(environment, list)[0].title).toBe('before it follows'), soon)
  await retitle(newest, 'live')
  await vi.waitFor(() => expect(rowsOf(environment, list)[0].title).toBe('live'), soon)
  // What is shown with an event is the conversation of now, so the second title may have come with the first event.
  await vi.waitFor(() => expect(types.filter((type) => type === 'TITLE_CHANGED')).toHaveLength(2), soon)
  expect(onResync).not.toHaveBeenCalled()
})
