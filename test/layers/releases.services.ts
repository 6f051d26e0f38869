import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createGraphql } from '../../fin-emulator/demo/graphql.js'
import { makeAgent } from '../../fin-emulator/demo/setUp.js'
import type { Following } from '../flow/nodes/follower.js'
import { followList, queryList } from '../schema/listFollower.js'
import { createDatabase, type TestDatabase } from '../support/database.js'
import { startReceiver } from '../webhooks/receiver.js'
import { change } from './support/change.js'
import { startLives } from './support/lives.js'
import { type Node, startNode, stopNode, token } from './support/node.js'
import { followAll, newestCursor, type RecordedEvent, recorded } from './support/record.js'
import { type Release, takePreviousRelease } from './support/release.js'
import { graphql } from './support/story.js'

// A deploy with two real builds: nodes of the previous release and of this one on one database, at the same time.
let previous: Release
let database: TestDatabase

beforeAll(async () => {
  previous = await takePreviousRelease()
}, 900_000)
afterAll(() => previous?.remove())

beforeEach(async () => {
  database = await createDatabase({ empty: true })
  return () => database.drop()
})

/** Both at work, the schema being the new one, and an inbox that a human works in. */
async function startBoth() {
  const old = await startOld()
  const current = await startNew()
  const admin = createGraphql(old.url, token)
  const { inbox } = await change(old.url, token, 'createInbox', { name: 'Inbox' }, 'inbox { id }')
  const human = await makeAgent(admin, [inbox.id])
  const by =
    (node: Node) =>
    async (mutation: string, input: object): Promise<Changed> =>
      (await change(node.url, human.token, mutation, input, 'conversation { id revision }')).conversation
  const opening = { inboxId: inbox.id, endUser: { name: 'Eve' }, message: { body: 'Hello' } }
  return { old, current, byOld: by(old), byNew: by(current), human, inboxId: inbox.id, opening }
}

interface Changed {
  id: string
  revision: number
}

const startOld = () => start(previous.folder)
const startNew = () => start()

/** A node that migrates as it starts; for one test. */
async function start(release?: string): Promise<Node> {
  const env = { MIGRATE: 'true', DATABASE_DIRECT_URL: database.ownerUrl, ALLOW_PRIVATE_WEBHOOKS: 'true' }
  const node = await startNode(database, env, release)
  onTestFinished(async () => {
    node.program.process.kill('SIGKILL')
    await node.program.ended
  })
  return node
}

/** What a node says of a machine that is too busy, not of the other release; requests that it refuses fail by themselves. */
const busy = /LISTEN hears nothing|"code":"OVERLOADED"/

/** Stops it as an operator does; nothing has failed in it. */
async function stop(node: Node) {
  await stopNode(node)
  const lines = node.program.output().split('\n')
  expect(lines.filter((line) => line.includes('"level":50') && !busy.test(line))).toEqual([])
}

/** Once every event has its place and every webhook its answer. */
async function settled() {
  const client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
  try {
    await expect
      .poll(async () => (await client.query(unsettled)).rows, { timeout: 30_000 })
      .toEqual([{ unnumbered: '0', undelivered: '0', doubled: '0' }])
  } finally {
    await client.end()
  }
}

const unsettled = `select
  (select count(*) from event_pending) as unnumbered,
  (select count(*) from delivery where state <> 'DELIVERED') as undelivered,
  (select count(*) from delivery a join delivery b on b.conversation_id = a.conversation_id and b.id > a.id
    where a.first_position <= b.last_position and b.first_position <= a.last_position) as doubled`

/** Each has seen all that is in the log, as it is there. */
async function haveSeenAll(url: string, token: string, after: string, followers: Following<RecordedEvent>[]) {
  await settled()
  const log = await recorded(url, token, after)
  for (const follower of followers) {
    await expect.poll(() => follower.seen.at(-1), { timeout: 30_000 }).toEqual(log.at(-1))
    expect(follower.seen).toEqual(log)
    await follower.stop()
  }
}

test('the new release comes and the previous one goes while people and Fin work: no request fails, no event is missed or doubled', async () => {
  const receiver = await startReceiver()
  const old = await startOld()
  const lives = await startLives(old.url, receiver)
  const after = await newestCursor(old.url, lives.token)
  let place = old.url
  const moving = followAll(() => place, lives.token, after)
  await lives.lived(6)

  const current = await startNew()
  const staying = followAll(() => current.url, lives.token, after)
  lives.through(old.url, current.url)
  await lives.lived(12)

  lives.through(current.url)
  place = current.url
  await stop(old)
  await lives.lived(6)
  await lives.end()
  await haveSeenAll(current.url, lives.token, after, [moving, staying])
  expect([moving.resumed(), staying.resumed()]).toEqual([1, 0])
  await stop(current)
})

test('a deploy that is taken back: the previous release starts on the new schema, works beside the new one and alone', async () => {
  const receiver = await startReceiver()
  const current = await startNew()
  const lives = await startLives(current.url, receiver)
  const after = await newestCursor(current.url, lives.token)
  let place = current.url
  const moving = followAll(() => place, lives.token, after)
  await lives.lived(6)

  const old = await startOld()
  const staying = followAll(() => old.url, lives.token, after)
  lives.through(old.url, current.url)
  await lives.lived(12)

  lives.through(old.url)
  place = old.url
  await stop(current)
  await lives.lived(6)

  const again = await startNew()
  lives.through(old.url, again.url)
  await lives.lived(6)
  await lives.end()
  await haveSeenAll(again.url, lives.token, after, [moving, staying])
  expect([moving.resumed(), staying.resumed()]).toEqual([1, 0])
  await stop(old)
  await stop(again)
})

test('a list that is followed on the new release is right, whichever of them changes it', async () => {
  const { old, current, byOld, byNew, human, inboxId, opening } = await startBoth()
  const open = {
    filter: { inboxId, status: ['OPEN'] },
    orderBy: { field: 'LAST_ACTIVITY', direction: 'DESC' },
  } as const
  const list = followList({ url: current.url, token: human.token }, open, 'ws')
  onTestFinished(() => list.stop())
  for (const [one, other] of [
    [byOld, byNew],
    [byNew, byOld],
  ] as const) {
    const left = await one('openConversation', opening)
    const kept = await other('openConversation', opening)
    await other('replyToConversation', { conversationId: left.id, body: 'Good bye' })
    await one('setConversationStatus', { conversationId: left.id, status: 'RESOLVED' })
    const { id, revision } = await one('addNote', { conversationId: kept.id, body: 'This one stays' })
    await list.until(id, revision)
    const edges = await queryList(
      { must: (query, variables) => graphql(current.url, query, variables, human.token) },
      open,
    )
    expect(list.edges()).toEqual(edges)
    expect(list.total()).toBe(edges.length)
  }
  await stop(old)
  await stop(current)
})

test('an answer that the previous release gives is the first response, also once the new one answers', async () => {
  const { old, current, byOld, byNew, human, opening } = await startBoth()
  const { id } = await byOld('openConversation', opening)
  await byOld('replyToConversation', { conversationId: id, body: 'The first' })
  await byNew('replyToConversation', { conversationId: id, body: 'The second' })
  const { firstResponseAt, messages } = await createGraphql(current.url, human.token).ask<{
    firstResponseAt: string
    messages: { nodes: { createdAt: string }[] }
  }>('query ($id: ID!) { conversation(id: $id) { firstResponseAt messages { nodes { createdAt } } } }', {
    id,
  })
  expect(firstResponseAt).toBe(messages.nodes[1]?.createdAt)
  await stop(old)
  await stop(current)
})
