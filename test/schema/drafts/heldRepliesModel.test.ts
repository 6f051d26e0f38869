import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../../src/clock.js'
import type { Database, Transaction } from '../../../src/database/database.js'
import { sendHeldReplies } from '../../../src/heldReply/send.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { type Data, desk, type Person } from './desk.js'

// Whatever is held, undone, sent early, and however often nodes die while they send: each reply becomes one message, or
// its agent's draft again, never both and never neither.

let now = Date.parse('2026-01-01T00:00:00.000Z')
const clock: Clock = { now: () => new Date(now) }
let server: TestServer
let the: ReturnType<typeof desk>
let inboxId: string
let ann: Person

beforeAll(async () => {
  server = await startTestServer({ clock, database: { poolSize: 6 } })
  the = desk(server)
  inboxId = await server.inbox()
  ann = await server.agent('Ann', [inboxId])
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

class Killed extends Error {}

/** A node that dies in its first transaction: before the commit, which takes everything back, or right after it. */
function dying(db: Database, isCommitted: boolean): Database {
  return {
    ...db,
    async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      await db.transaction(async (tx) => {
        await work(tx)
        if (!isCommitted) throw new Killed()
      })
      throw new Killed()
    },
  }
}

type Step =
  | { does: 'hold'; seconds: number }
  | { does: 'undo' | 'sendNow' | 'undoAndSend'; which: number }
  | { does: 'pass'; seconds: number }
  | { does: 'sweep'; nodes: number }
  | { does: 'kill'; isCommitted: boolean }

const which = fc.nat(5)
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('hold'), seconds: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('undo', 'sendNow', 'undoAndSend'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 15 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('sweep'), nodes: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('kill'), isCommitted: fc.boolean() }) },
) as fc.Arbitrary<Step>

const sweep = () => sendHeldReplies(server.app.db)

/** One that died is not the server's fault. */
const killed = (sending: Promise<void>) =>
  sending.catch((error) => {
    if (!(error instanceof Killed)) throw error
  })

interface Held {
  id: string
  text: string
  sendsAt: number
  /** What it must have become, by the answers that were given. */
  told: 'SENT' | 'UNDONE' | null
  /** As a draft, by holding another. */
  isDiscarded?: boolean
}

test('each held reply is sent once or undone, never both, never lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 14 }), async (taken) => {
      const id = await server.conversation(inboxId)
      const replies: Held[] = []
      for (const step of taken) await take(step, id, replies)
      now += 60_000
      await Promise.all([sweep(), sweep()])

      const { messages, drafts, heldReplies } = await the.conversation(id, ann)
      expect(heldReplies).toEqual([])
      const sent = messages.nodes.map(({ text }: Data) => text)
      const draft: string[] = drafts[0]?.text.split('\n') ?? []
      for (const { text, told, isDiscarded = false } of replies) {
        const times = sent.filter((one: string) => one === text).length
        expect(times + draft.filter((one) => one === text).length, text).toBe(isDiscarded ? 0 : 1)
        if (told) expect(times, text).toBe(told === 'SENT' ? 1 : 0)
        else expect(times, text).toBe(1)
      }
    }),
    { numRuns: 25 },
  )
}, 120_000)

async function take(step: Step, conversationId: string, replies: Held[]): Promise<void> {
  if (step.does === 'pass') now += step.seconds * 1_000
  if (step.does === 'sweep') await Promise.all(Array.from({ length: step.nodes }, sweep))
  if (step.does === 'kill') await killed(sendHeldReplies(dying(server.app.db, step.isCommitted)))
  if (step.does === 'hold') {
    // More than a page of messages is not looked at.
    if (replies.length >= 6) return
    const text = `reply ${replies.length}`
    const input = { conversationId, body: `<p>${text}</p>`, seconds: step.seconds }
    const { heldReply } = await the.must('holdReply', input, ann)
    for (const reply of replies) reply.isDiscarded ||= reply.told === 'UNDONE'
    replies.push({ id: heldReply.id, text, sendsAt: now + step.seconds * 1_000, told: null })
  }
  if (!('which' in step)) return
  const reply = replies[step.which]
  if (!reply) return
  const names = {
    undo: ['undoReply'],
    sendNow: ['sendHeldReply'],
    undoAndSend: ['undoReply', 'sendHeldReply'],
  }
  const answers = await Promise.all(
    names[step.does].map((name) => the.call(name, { heldReplyId: reply.id }, ann)),
  )
  const wins = answers.filter(({ __typename }) => __typename !== 'ConflictError')
  const isOpen = reply.told === null && now < reply.sendsAt
  if (isOpen) expect(wins).toHaveLength(1)
  expect(wins.length).toBeLessThanOrEqual(reply.told ? 0 : 1)
  for (const { heldReply } of wins) reply.told = heldReply.state
}
