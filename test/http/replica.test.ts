import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.js'
import { openDatabase } from '../../src/database/database.js'
import { eventCursor } from '../../src/events/cursor.js'
import { openReplica } from '../../src/events/replica.js'
import { startProxy } from '../client/proxy.js'
import { type ReplicatedDatabase, startReplicated } from '../support/replicated.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let database: ReplicatedDatabase
let server: TestServer
/** Of both servers. */
let primary: pg.Client
let replica: pg.Client
let inboxId: string
let conversationId: string

beforeAll(async () => {
  database = await startReplicated()
  server = await startTestServer({
    database: { url: database.appUrl, poolSize: 4 },
    replicaUrl: database.replica.appUrl,
  })
  primary = await open(database.ownerUrl)
  replica = await open(database.replica.ownerUrl)
  inboxId = await server.inbox('Shop')
  conversationId = await server.conversation(inboxId)
}, 60_000)
afterAll(async () => {
  await Promise.all([primary, replica].map((client) => client?.end()))
  await server?.stop()
  await database?.stop()
})
beforeEach(async () => {
  await arrived(await titled('First'))
  server.faults.splice(0)
})

async function open(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  // A killed server's.
  client.on('error', () => {})
  await client.connect()
  return client
}

const titleOf = `query ($id: ID!) { conversation(id: $id) { title } }`

interface Answer {
  status: number
  data: { conversation: { title: string } }
  errors?: { extensions: { code: string } }[]
  /** Who was counted as having answered. */
  from: string[]
}

/** A query that may be answered by a replica that has reached a cursor. */
async function ask(readAfter: string, query = titleOf, variables: object = { id: conversationId }) {
  const before = await reads()
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${server.token}`,
      'read-after': readAfter,
    },
    body: JSON.stringify({ query, variables }),
  })
  const after = await reads()
  const from = Object.keys(after).filter((who) => after[who] !== before[who])
  return { status: response.status, ...((await response.json()) as object), from } as Answer
}

async function reads(): Promise<Record<string, number>> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const lines = [...text.matchAll(/^graphql_reads_total\{from="(\w+)"\} (\d+)$/gm)]
  return Object.fromEntries(lines.map(([, from, count]) => [from, Number(count)]))
}

/** Gives the conversation a title. The cursor of the event that tells of it. */
async function titled(title: string): Promise<string> {
  const { eventCursor: after } = await server.must('{ eventCursor }')
  const { updateConversation } = await server.must(
    `mutation ($input: UpdateConversationInput!) { updateConversation(input: $input) {
      __typename ... on UpdateConversationPayload { conversation { revision } } ... on Error { reason: message } } }`,
    { input: { conversationId, title, attributes: { change: randomUUID() } } },
  )
  const { revision } = updateConversation.conversation
  const client = connect(server.url, server.token)
  const events = listen(
    client,
    'subscription ($after: EventCursor) { events(after: $after) { cursor revision } }',
    {
      after,
    },
  )
  const seen = await events.until((data) => data.events.revision === revision)
  await client.dispose()
  return seen.at(-1).events.cursor
}

/** Once the replica answers queries that need this cursor: one that is late on a busy machine is left alone for a moment. */
function arrived(cursor: string): Promise<Answer> {
  return vi.waitFor(async () => {
    const answer = await ask(cursor)
    expect(answer.from).toEqual(['replica'])
    return answer
  }, soon)
}

const soon = { timeout: 20_000, interval: 20 }

/** Until `resume`, the replica stays where it is. */
async function pauseReplay() {
  await replica.query('select pg_wal_replay_pause()')
  await vi.waitFor(async () => {
    const { rows } = await replica.query('select pg_get_wal_replay_pause_state() as state')
    expect(rows).toEqual([{ state: 'paused' }])
  }, soon)
  return () => replica.query('select pg_wal_replay_resume()')
}

async function whilePaused(work: () => Promise<void>) {
  const resume = await pauseReplay()
  await work().finally(resume)
}

test('a replica that is behind a query’s cursor leaves the answer to the primary; one that has reached it answers', async () => {
  const older = await titled('Old')
  await arrived(older)
  let newer = ''
  await whilePaused(async () => {
    newer = await titled('New')
    expect(await ask(newer)).toMatchObject({ data: { conversation: { title: 'New' } }, from: ['primary'] })
    expect((await arrived(older)).data.conversation.title).toBe('Old')
  })
  expect((await arrived(newer)).data.conversation.title).toBe('New')
})

describe('the replica is not asked', () => {
  test.each([
    ['of what the log does not tell: inboxes', '{ inboxes { name } }'],
    ['agents', '{ agents { name } }'],
    ['tokens', '{ apiTokens { name } }'],
    ['rights', '{ viewer { inboxes { name } } }'],
    ['the log itself', '{ eventCursor }'],
    ['any node', `query ($id: ID!) { node(id: $id) { id } }`],
    ['what is unread', '{ conversations { nodes { unreadCount } } }'],
    [
      'the same in a fragment',
      '{ conversations { nodes { ...F } } } fragment F on Conversation { unreadCount }',
    ],
    ['in a list of it', '{ conversations(filter: { not: { or: [{ unread: true }] } }) { totalCount } }'],
    ['who is in an inbox', 'query ($id: ID!) { conversation(id: $id) { inbox { members { name } } } }'],
    [
      'a mutation',
      'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename } }',
    ],
  ])('%s', async (_, query) => {
    const { eventCursor } = await server.must('{ eventCursor }')
    const answer = await ask(eventCursor, query)
    expect(answer).toMatchObject({ status: 200, from: [] })
    expect(answer.errors).toBeUndefined()
  })

  test('of a list by what is unread, asked in variables', async () => {
    const { eventCursor } = await server.must('{ eventCursor }')
    const query = 'query ($filter: ConversationFilter) { conversations(filter: $filter) { totalCount } }'
    const by = (filter: object) => ask(eventCursor, query, { filter: { and: [{}, filter] } })
    await vi.waitFor(async () => expect((await by({ waiting: true })).from).toEqual(['replica']), soon)
    expect((await by({ unread: false })).from).toEqual([])
  })

  test('without the header', async () => {
    const before = await reads()
    await whilePaused(async () => {
      await titled('Newest')
      const { conversation } = await server.must(titleOf, { id: conversationId })
      expect(conversation.title).toBe('Newest')
    })
    expect(await reads()).toEqual(before)
  })

  test('with the cursor of another log', async () => {
    expect(await ask(eventCursor('anotherlog', 0))).toMatchObject({
      data: { conversation: { title: 'First' } },
      from: [],
    })
  })
})

test('a cursor that the log has not come to is answered by the primary', async () => {
  const answer = await ask(eventCursor(server.app.log, 1_000_000))
  expect(answer).toMatchObject({ data: { conversation: { title: 'First' } }, from: ['primary'] })
})

test.each([
  ['a query', titleOf],
  ['a mutation, which is not run', `mutation { createInbox(input: { name: "Never" }) { __typename } }`],
])('a header that is no cursor is the client’s mistake: %s', async (_, query) => {
  for (const header of ['', 'nonsense', 'a, b']) {
    const { status, errors, data } = await ask(header, query)
    expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 400, code: 'BAD_REQUEST' })
    expect(data).toBeFalsy()
  }
  const { inboxes } = await server.must('{ inboxes { name } }')
  expect(inboxes).toEqual([{ name: 'Shop' }])
})

test('a mistake in the question is said as the primary says it', async () => {
  const { eventCursor } = await server.must('{ eventCursor }')
  const { errors, from } = await ask(eventCursor, '{ conversations(first: 1000) { nodes { id } } }')
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID' } }])
  expect(from).toEqual(['primary'])
  expect(server.faults).toEqual([])
})

/** Apart from what a busy machine is late with. */
function saidOfReplica({ faults }: TestServer): string[] {
  return faults.map(({ message }) => message).filter((message) => message.startsWith('The replica '))
}

const lostAndBack = [
  'The replica is not to be used; the primary does its reads.',
  'The replica is used again.',
]

test('a replica that is killed leaves every query to the primary, and is used again by itself', async () => {
  const cursor = await titled('Before')
  await arrived(cursor)
  let isOver = false
  const wrong: Answer[] = []
  const asking = (async () => {
    while (!isOver) {
      const answer = await ask(cursor)
      if (answer.data?.conversation?.title !== 'Before') wrong.push(answer)
    }
  })()
  await database.replica.kill()
  expect((await ask(cursor)).data.conversation.title).toBe('Before')
  await database.replica.start()
  await arrived(cursor)
  isOver = true
  await asking
  expect(wrong).toEqual([])
  const said = saidOfReplica(server)
  expect(said.slice(0, 2)).toEqual(lostAndBack)
  // On a busy machine it may have been late once more.
  expect(said).toEqual(said.map((_, index) => lostAndBack[index % 2]))
  replica = await open(database.replica.ownerUrl)
})

test('a query that the replica does not finish is answered by the primary, and the replica stays in use', async () => {
  const cursor = await titled('Locked')
  await arrived(cursor)
  await primary.query('begin')
  await primary.query('lock table conversation in access exclusive mode')
  // What is written is sent with the next commit, which this is.
  await server.app.db.pool.query(`select pg_logical_emit_message(true, 'test', '')`)
  await vi.waitFor(async () => {
    const { rows } = await replica.query(
      `select mode from pg_locks where relation = 'conversation'::regclass and mode = 'AccessExclusiveLock'`,
    )
    expect(rows).toHaveLength(1)
  }, soon)
  await whilePaused(async () => {
    await primary.query('commit')
    expect(await ask(cursor)).toMatchObject({
      data: { conversation: { title: 'Locked' } },
      from: ['primary'],
    })
  })
  await arrived(cursor)
  expect(saidOfReplica(server)).toEqual([])
})

test('a replica that falls silent with its connections open holds up no query for ever', async () => {
  const { port } = new URL(database.replica.appUrl)
  const wire = await startProxy(`http://127.0.0.1:${port}`)
  const silent = await startTestServer({
    database: { url: database.appUrl, poolSize: 2 },
    replicaUrl: Object.assign(new URL(database.replica.appUrl), { port: new URL(wire.url).port }).href,
  })
  const asking = (query: string) =>
    fetch(`${silent.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: {
        authorization: `Bearer ${server.token}`,
        'read-after': eventCursor(server.app.log, 0),
      },
    }).then((response) => response.json())
  const query = `{ conversation(id: "${conversationId}") { title } }`
  const title = { data: { conversation: { title: 'First' } } }
  expect(await asking(query)).toEqual(title)
  wire.freeze()
  expect(await Promise.all([query, query, query].map(asking))).toEqual([title, title, title])
  expect(saidOfReplica(silent)).toEqual(lostAndBack.slice(0, 1))
  await silent.stop()
  await wire.stop()
})

test('what a replica says across a restart of it does not count: it may have gone back', async () => {
  const settings = { url: database.replica.appUrl, poolSize: 2, preparedStatements: true, clock: systemClock }
  const copy = await openReplica(openDatabase(settings), server.app.log, () => {})
  const answer = await copy.read(0, {
    async replica(db) {
      await database.replica.kill()
      await database.replica.start()
      return db.query({ name: 'test.one', text: 'select 1' }, []).then(() => 'replica')
    },
    primary: async () => 'primary',
  })
  expect(answer).toBe('primary')
  await copy.close()
  replica = await open(database.replica.ownerUrl)
})

describe('liveMetrics', () => {
  const figures = 'subscription { liveMetrics(every: 1) { at inboxes { inbox { name } open } } }'

  interface Figures {
    at: string
    /** Open conversations by inbox. */
    open: Record<string, number>
    /** Who was counted as having read since those before. */
    from: string[]
  }

  async function watch(work: (next: () => Promise<Figures>) => Promise<void>) {
    const client = connect(server.url, server.token)
    const stream = listen(client, figures)
    let last = { at: '', reads: await reads() }
    await work(async () => {
      const { at, inboxes } = (await stream.next()).liveMetrics
      expect(at > last.at).toBe(true)
      const after = await reads()
      const from = Object.keys(after).filter((who) => after[who] !== last.reads[who])
      last = { at, reads: after }
      const open = inboxes.map((of: { inbox: { name: string }; open: number }) => [of.inbox.name, of.open])
      return { at, open: Object.fromEntries(open), from }
    }).finally(() => client.dispose())
  }

  /** The first that come from there: a machine that is late with its own log asks the primary. */
  async function from(who: string, next: () => Promise<Figures>): Promise<Figures> {
    let shown: Figures
    do shown = await next()
    while (shown.from.join() !== who)
    return shown
  }

  test('come from the replica while it has all that this node has told of, else from the primary', async () => {
    await watch(async (next) => {
      await next()
      await whilePaused(async () => {
        expect((await from('replica', next)).open).toMatchObject({ Shop: 1 })
        await server.conversation(inboxId)
        const committed = new Date().toISOString()
        let shown: Figures
        do shown = await from('primary', next)
        while (shown.at < committed)
        expect(shown.open).toMatchObject({ Shop: 2 })
      })
    })
  })

  test('have what was committed by their time, though no node has told of it yet', async () => {
    const holder = await open(database.ownerUrl)
    await watch(async (next) => {
      await next()
      await whilePaused(async () => {
        await holder.query(`select pg_advisory_lock(hashtext('graphdesk.event_log'))`)
        await server.conversation(inboxId)
        const committed = new Date().toISOString()
        let shown: Figures
        do shown = await next()
        while (shown.at < committed)
        expect(shown).toMatchObject({ open: { Shop: 3 } })
      })
    }).finally(() => holder.end())
    server.faults.splice(0)
  })

  test('show an inbox that the replica does not have yet', async () => {
    await whilePaused(async () => {
      await server.inbox('New')
      await watch(async (next) => expect(await next()).toMatchObject({ open: { New: 0, Shop: 3 } }))
    })
  })

  test('go on while the replica is down', async () => {
    await database.replica.kill()
    await watch(async (next) => {
      for (let times = 0; times < 2; times++)
        expect(await next()).toMatchObject({ open: { New: 0, Shop: 3 } })
    })
    await database.replica.start()
    replica = await open(database.replica.ownerUrl)
  })
})
