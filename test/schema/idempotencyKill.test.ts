import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type Program, startProgram } from '../support/program.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { type Answer, agentWith, asRepeated } from './idempotency/caller.js'
import { calls } from './idempotency/calls.js'
import { shownOnce } from './idempotency/document.js'
import { effectsSince, moment } from './idempotency/effects.js'
import { openGate, type Point } from './idempotency/gate.js'
import type { World } from './idempotency/things.js'

// The node of the test makes what the calls are about, and stays; processes of their own are called, and killed.
let server: TestServer
let world: World

beforeAll(async () => {
  server = await startTestServer()
  const inboxId = await server.inbox()
  const { id: agentId } = await server.agent('Member', [inboxId])
  world = { server, nodes: [], inboxId, agentId }
  await keepHeld()
})
afterAll(() => server.stop())

test.each<Point>(['before the commit', 'after the commit'])(
  'kill -9 %s: each mutation that is repeated on a fresh process has one effect and one payload',
  { timeout: 600_000 },
  async (point) => {
    const mark = randomUUID()
    // One after the other: all at once they would wait for the node's two connections for longer than it lets them.
    const called: Sent[] = []
    for (const mutation of Object.keys(calls)) called.push(await prepared(mutation, mark))
    const since = await moment(server.app.db.pool)
    const effects = () => effectsSince(server.app.db.pool, since)

    const gate = await openGate(server.databaseUrl, point, mark)
    const victim = await start(gate.url)
    let isKilled = false
    const insist = async (send: Sent['send']): Promise<Answer> => {
      for (;;) {
        const answer = await send(victim.url).catch((error: Error) => error)
        // A busy server may say that it is one.
        if (!(answer instanceof Error)) return answer
        if (isKilled) throw answer
        await pause(20)
      }
    }
    const answers = Promise.allSettled(called.map(({ send }) => insist(send)))
    await gate.stopped(called.length)
    const isDone = point === 'after the commit'
    // One that was refused, as by a deadlock, and noted so has stopped at that, and is tried again.
    if (isDone)
      await vi.waitFor(async () => expect(Object.keys(await effects())).toHaveLength(called.length), 60_000)
    isKilled = true
    victim.program.process.kill('SIGKILL')
    await victim.program.ended
    gate.close()
    for (const { status } of await answers) expect(status).toBe('rejected')

    expect(Object.keys(await effects())).toHaveLength(isDone ? called.length : 0)

    const fresh = await start(server.databaseUrl)
    const repeat = () => Promise.all(called.map(({ send }) => patiently(() => send(fresh.url))))
    const first = await repeat()
    const made = await effects()
    expect(Object.keys(made)).toHaveLength(called.length)
    const second = await repeat()
    expect(await effects()).toEqual(made)

    for (const [index, { mutation, once }] of called.entries()) {
      const answer = first[index] as Answer
      expect(second[index], mutation).toEqual(asRepeated(answer, once))
      for (const field of once) expect(answer[field] === null, `${mutation} ${field}`).toBe(isDone)
    }
  },
)

/** However long a test takes, no reply is sent while the call that holds it is repeated. */
async function keepHeld() {
  const owner = new pg.Client({ connectionString: server.ownerUrl })
  await owner.connect()
  await owner.query(
    `create function hold_longer() returns trigger language plpgsql as $$
       begin new.sends_at := new.sends_at + interval '1 day'; return new; end $$`,
  )
  await owner.query(
    'create trigger hold_longer before insert on held_reply for each row execute function hold_longer()',
  )
  await owner.end()
}

/** A server that has just started, on a busy machine, may say that it is busy: then nothing has changed. */
async function patiently(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await send()
    } catch (error) {
      if (!/OVERLOADED|"status":503/.test(String(error))) throw error
    }
    await pause(20)
  }
}

interface Sent {
  mutation: string
  once: string[]
  send(url: string): Promise<Answer>
}

/** A call of a mutation, always the same one, that has the mark in a value. */
async function prepared(mutation: string, mark: string): Promise<Sent> {
  if (mutation === 'syncConversation') return { mutation, once: [], send: await finSync(mark) }
  const { input } = await (calls[mutation] as (typeof calls)[string])(world)
  const call = { ...input, idempotencyKey: mark }
  return {
    mutation,
    once: shownOnce(mutation),
    async send(url) {
      const answer = await agentWith(server.token, [url]).call(mutation, call)
      if (!answer.__typename.endsWith('Payload')) throw new Error(`${mutation}: ${JSON.stringify(answer)}`)
      return answer
    },
  }
}

/** Integrations call over the Fin API only, which has no keys: what they say again changes nothing. */
async function finSync(title: string) {
  const staticToken = randomUUID()
  const { inboxId } = await server.createFin({ staticToken })
  const conversation_id = await server.conversation(inboxId)
  return async (url: string): Promise<Answer> => {
    const response = await fetch(`${url}/api/fin/update_conversation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${staticToken}` },
      body: JSON.stringify({ conversation_id, title }),
    })
    const answer = (await response.json()) as Answer
    if (!response.ok) throw new Error(`update_conversation: ${JSON.stringify(answer)}`)
    return answer
  }
}

/** A real server on this database, or on the way to it. */
async function start(databaseUrl: string): Promise<{ url: string; program: Program }> {
  const program = startProgram(
    [],
    {
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      DATABASE_DIRECT_URL: server.databaseUrl,
      // Each call keeps a connection, stopped as it is.
      DATABASE_POOL: String(Object.keys(calls).length + 10),
      MIGRATE: 'false',
      SECRET_KEY: 'a secret key for tests',
      // Else it would note, in its own time, that webhooks to this machine are refused.
      ALLOW_PRIVATE_WEBHOOKS: 'true',
      RATE_LIMIT: '1000000',
      LOG_LEVEL: 'warn',
    },
    tmpdir(),
  )
  onTestFinished(async () => {
    program.process.kill('SIGKILL')
    await program.ended
  })
  const [, url = ''] = await program.prints(/^Graphdesk ready at (http:\/\/localhost:\d+)$/m)
  return { url, program }
}
