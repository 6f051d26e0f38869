import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ReplicatedDatabase, startReplicated } from '../support/replicated.js'
import { connect, listen } from '../support/socket.js'
import { type Node, startNode, stopNode, token } from './support/node.js'
import { tell } from './support/story.js'

let database: ReplicatedDatabase
let node: Node

beforeAll(async () => {
  database = await startReplicated()
  node = await startNode(database, { DATABASE_REPLICA_URL: database.replica.appUrl })
})
afterAll(async () => {
  await stopNode(node)
  await database?.stop()
})

interface Reader {
  /** Once it was answered from there some more times. */
  answeredBy(who: 'primary' | 'replica'): Promise<void>
  /** Ends it: how many answers it got. Throws when one was refused, or older than what it had seen. */
  stop(): Promise<number>
}

/** Follows `events`, and asks all the time for what it was told of last. */
function readAndFollow(): Reader {
  const client = connect(node.url, token)
  const events = listen(client, 'subscription { events { cursor conversation { id } revision } }')
  let answers = 0
  let isOver = false
  const reading = (async () => {
    while (!isOver) {
      const { cursor, conversation, revision } = (await events.next()).events
      const shown = await ask(cursor, conversation.id)
      expect(shown).toBeGreaterThanOrEqual(revision)
      answers++
    }
  })()
  // Thrown at the end; until then nobody waits for it.
  reading.catch(() => {})
  return {
    async answeredBy(who) {
      const before = await reads(who)
      await vi.waitFor(async () => expect(await reads(who)).toBeGreaterThan(before + 5), 30_000)
    },
    async stop() {
      isOver = true
      await reading
      await client.dispose()
      return answers
    },
  }
}

/** The revision that a conversation is shown with. */
async function ask(readAfter: string, id: string): Promise<number> {
  const response = await fetch(`${node.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'read-after': readAfter,
    },
    body: JSON.stringify({
      query: 'query ($id: ID!) { conversation(id: $id) { revision messages(last: 5) { nodes { text } } } }',
      variables: { id },
    }),
  })
  const { data, errors } = await response.json()
  if (errors) throw new Error(JSON.stringify(errors))
  return data.conversation.revision
}

async function reads(who: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  return Number(new RegExp(`^graphql_reads_total\\{from="${who}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}

test('killed and started under people who write, read and follow: nothing is missing, refused or old', async () => {
  const story = await tell(node.url, [node.url])
  const reader = readAndFollow()
  const dashboard = connect(node.url, token)
  const metrics = listen(dashboard, 'subscription { liveMetrics(every: 1) { inboxes { open } } }')
  const goesOn = async () => expect((await metrics.next()).liveMetrics.inboxes).toEqual([{ open: 1 }])

  await story.writes(20)
  await reader.answeredBy('replica')
  await goesOn()
  await database.replica.kill()
  await story.writes(20)
  await reader.answeredBy('primary')
  await goesOn()
  await goesOn()
  await database.replica.start()
  await story.writes(20)
  await reader.answeredBy('replica')
  await goesOn()

  expect(await reader.stop()).toBeGreaterThan(10)
  await dashboard.dispose()
  await story.end()
  const said = node.program.output().match(/"msg":"The replica [^"]+/g)
  const lostAndBack = ['The replica is not to be used', 'The replica is used again']
  const lines = said?.map((line) => line.slice(7).split(/[;.:]/)[0]) ?? []
  expect(lines.slice(0, 2)).toEqual(lostAndBack)
  // On a busy machine it may have been late once more.
  expect(lines).toEqual(lines.map((_, index) => lostAndBack[index % 2]))
})
