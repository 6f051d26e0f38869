import pg from 'pg'
import { expect, test } from 'vitest'
import { followEvents, type Resync } from '../../client/index.js'
import { openConversation, startProcess } from './helpdeskProcess.js'
import { addNote, logged, type Noted, noted, quick, textsOf, watchStates } from './setup.js'

test('a server that is killed, or stopped in order, and started again costs a feed no event and doubles none', {
  timeout: 240_000,
}, async () => {
  const node = await startProcess()
  const conversationId = await openConversation(node)
  await logged(node, conversationId, 2)
  const { onState, until, states } = watchStates()
  const feed = followEvents<Noted>({
    ...quick,
    url: `${node.url}/graphql`,
    token: () => node.token,
    query: noted,
    variables: { conversationId },
    onState,
    onResync: () => {
      throw new Error('Nothing was lost')
    },
  })
  const events = feed[Symbol.asyncIterator]()
  const seen: Noted[] = []
  const next = async () => seen.push((await events.next()).value)
  await until(({ name }) => name === 'live')

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await addNote(node, conversationId, `before ${signal}`)
    await next()
    // Whether the feed still gets this one or has to fetch it is left to chance.
    await addNote(node, conversationId, `at ${signal}`)
    await node.stop(signal)
    await until((state) => state.name === 'waiting' && state.reason.includes('ECONNREFUSED'))
    await node.start()
    await addNote(node, conversationId, `after ${signal}`)
    await next()
    await next()
    states.length = 0
  }
  expect(textsOf(seen)).toEqual(
    ['SIGKILL', 'SIGTERM'].flatMap((signal) => [`before ${signal}`, `at ${signal}`, `after ${signal}`]),
  )
  expect(new Set(seen.map(({ cursor }) => cursor)).size).toBe(6)
  await feed.stop()
})

test('a log that is another than before is reported, and the feed goes on in it', {
  timeout: 240_000,
}, async () => {
  const node = await startProcess()
  const conversationId = await openConversation(node)
  const { onState, until } = watchStates()
  const resyncs: Resync[] = []
  const snapshots: string[] = []
  let texts = () => {}
  const shown = new Promise<void>((resolve) => {
    texts = resolve
  })
  const feed = followEvents<Noted>({
    ...quick,
    url: `${node.url}/graphql`,
    token: () => node.token,
    query: noted,
    variables: { conversationId },
    onState,
    onResync: (resync) => resyncs.push(resync),
    async snapshot(query) {
      const { conversation } = await query<Loaded>(
        'query ($id: ID!) { conversation(id: $id) { id revision preview } }',
        { id: conversationId },
      )
      snapshots.push(conversation.preview)
      if (snapshots.length === 2) texts()
      return [conversation]
    },
  })
  const events = feed[Symbol.asyncIterator]()
  await until(({ name }) => name === 'live')
  await addNote(node, conversationId, 'in the first log')
  expect((await events.next()).value.message.text).toBe('in the first log')

  await node.stop('SIGKILL')
  await runAsOwner(node.ownerUrl, 'UPDATE event_log SET identity = gen_random_uuid()')
  await node.start()
  await shown
  expect(resyncs).toEqual([{ type: 'RESYNC', cursor: expect.any(String) }])
  await addNote(node, conversationId, 'in the second')
  expect((await events.next()).value.message.text).toBe('in the second')
  await feed.stop()
})

interface Loaded {
  conversation: { id: string; revision: number; preview: string }
}

async function runAsOwner(connectionString: string, statement: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statement)
  await client.end()
}
