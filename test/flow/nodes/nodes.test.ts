import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../../fin-emulator/demo/freePort.js'
import { createDatabase, type TestDatabase } from '../../support/database.js'
import { type Program, startProgram } from '../../support/program.js'
import { type Balancer, startBalancer } from './balancer.js'
import { type Follower, follow } from './follower.js'

// Two processes on one database, behind a balancer: replaced one after the other, and killed, while people work.
const token = 'a-token-for-tests-long-enough-for-one'
let database: TestDatabase
let ports: number[]
let nodes: Program[]
let balancer: Balancer
let inboxId: string

beforeAll(async () => {
  database = await createDatabase()
  ports = [await freePort(), await freePort()]
  nodes = await Promise.all([start(0), start(1)])
  balancer = await startBalancer(ports)
  const { createInbox } = await graphql(
    `mutation { createInbox(input: { name: "Nodes" }) { ... on CreateInboxPayload { inbox { id } } } }`,
    {},
  )
  inboxId = createInbox.inbox.id
}, 180_000)
afterAll(async () => {
  await balancer?.stop()
  for (const node of nodes ?? []) node.process.kill('SIGKILL')
  await Promise.all((nodes ?? []).map(({ ended }) => ended))
  await database?.drop()
})

async function start(which: number): Promise<Program> {
  const node = startProgram([], {
    DATABASE_URL: database.appUrl,
    HOST: '127.0.0.1',
    PORT: String(ports[which]),
    SECRET_KEY: 'a secret key for tests',
    MIGRATE: 'false',
    SAMPLE_DATA: 'false',
    ADMIN_TOKEN: token,
    RATE_LIMIT: '10000000',
    LOG_LEVEL: 'error',
  })
  await node.prints(/ready at/)
  return node
}

async function replace(which: number, signal: 'SIGTERM' | 'SIGKILL') {
  const node = nodes[which] as Program
  node.process.kill(signal)
  expect(await node.ended).toBe(signal === 'SIGTERM' ? 0 : null)
  nodes[which] = await start(which)
  await balancer.takesIn(ports[which] as number)
}

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects
async function graphql(query: string, variables: object): Promise<any> {
  const response = await fetch(`${balancer.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  const { data, errors } = JSON.parse(text)
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

async function conversation(): Promise<string> {
  const input = { inboxId, endUser: { name: 'Eve' }, message: { body: 'Hello' } }
  const { openConversation } = await graphql(
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
      ... on OpenConversationPayload { conversation { id } } } }`,
    { input },
  )
  return openConversation.conversation.id
}

/** Writes one note after the other until it is told to stop; gives what was acknowledged. */
function writer(conversationId: string, { repeats }: { repeats: boolean }) {
  const acknowledged: string[] = []
  const failures: string[] = []
  let isStopped = false
  const done = (async () => {
    for (let number = 1; !isStopped; number++) {
      const input = { conversationId, body: `note ${number}`, idempotencyKey: randomUUID() }
      const write = () =>
        graphql(
          `mutation ($input: AddNoteInput!) { addNote(input: $input) { __typename ... on Error { reason: message } } }`,
          { input },
        )
      let answer = await write().catch((error) => error)
      while (answer instanceof Error && repeats) answer = await write().catch((error) => error)
      if (answer instanceof Error || answer.addNote.__typename !== 'AddNotePayload')
        failures.push(answer instanceof Error ? answer.message : JSON.stringify(answer))
      else acknowledged.push(input.body)
    }
  })()
  return {
    failures,
    async stop() {
      isStopped = true
      await done
      return acknowledged
    },
  }
}

async function begin(id: string): Promise<Follower[]> {
  const { eventCursor } = await graphql('{ eventCursor }', {})
  return Array.from({ length: 4 }, () => follow(balancer.url, token, id, eventCursor))
}

/** Once each has seen something: from then on it has a connection to lose. */
async function allFollow(followers: Follower[]) {
  for (const { seen } of followers)
    await expect.poll(() => seen.length, { timeout: 60_000 }).toBeGreaterThan(0)
}

async function allSaw(followers: Follower[], expected: string[]) {
  for (const follower of followers) {
    await expect.poll(() => follower.seen.at(-1), { timeout: 60_000 }).toBe(expected.at(-1))
    expect(follower.seen.filter((text) => text.startsWith('note '))).toEqual(expected)
    expect(follower.resumed()).toBeGreaterThan(0)
    await follower.stop()
  }
}

test('replaced one after the other: no request fails, no event is missed or doubled', async () => {
  const id = await conversation()
  const followers = await begin(id)
  const writing = writer(id, { repeats: false })
  await allFollow(followers)
  await replace(0, 'SIGTERM')
  await replace(1, 'SIGTERM')
  const acknowledged = await writing.stop()
  expect(writing.failures).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(20)
  await allSaw(followers, acknowledged)
}, 300_000)

test('killed, one and then the other: what was acknowledged is seen once, in order, by all who resume', async () => {
  const id = await conversation()
  const followers = await begin(id)
  const writing = writer(id, { repeats: true })
  await allFollow(followers)
  await replace(0, 'SIGKILL')
  await replace(1, 'SIGKILL')
  await allSaw(followers, await writing.stop())
}, 300_000)
