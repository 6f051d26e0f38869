import fc from 'fast-check'
import { CloseCode } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberEvents } from '../../src/events/numbering.js'
import { storedId } from '../../src/ids.js'
import { startTestServer, type TestServer } from '../support/server.js'
import type { Listener } from '../support/socket.js'
import { timesOf } from '../support/times.js'
import { type Following, fields, follow, type Payload, transports } from './liveFields.js'

// As for `events`: those who ask the same with the same rights share one execution, and never each other's answers.
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ recheckEvery: 50 })
})
afterAll(() => server.stop())

describe.each(fields.flatMap((field) => transports.map((over) => ({ field, over }))))(
  '$field over $over',
  ({ field, over }) => {
    test('agents of equal rights share one execution, those of other rights another', async () => {
      const { inboxId, conversationId, following } = await place()
      const after = await newest()
      const equal = [await server.agent('Ann', [inboxId]), await server.agent('Bob', [inboxId])]
      const wider = await server.agent('Wide', [inboxId, await server.inbox('Other')])
      const streams = [...equal, ...equal, ...equal, wider].map(({ token }) => following({ token, after }))
      const hear = async () => {
        await note(conversationId)
        for (const stream of streams) await stream.next()
      }
      await hear()
      expect(await timesOf(server, 'conversation.byIds', hear)).toBe(2)
    })

    test('what depends on who looks is never another’s, in the snapshot or after it', async () => {
      const { inboxId, conversationId, following } = await place()
      const agents = [await server.agent('Ann', [inboxId]), await server.agent('Bob', [inboxId])] as const
      await server.must(
        'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename } }',
        { id: conversationId },
        agents[0].token,
      )
      const streams = agents.map(({ token }) => following({ token, snapshot: true, select: 'unreadCount' }))
      const unread = async () => {
        const payloads = await Promise.all(streams.map((stream) => stream.next()))
        return payloads.map(({ conversation, conversations }) => conversation ?? conversations?.nodes[0])
      }
      expect(await unread()).toEqual([{ unreadCount: 0 }, { unreadCount: 1 }])
      await note(conversationId)
      expect(await unread()).toEqual([{ unreadCount: 1 }, { unreadCount: 2 }])
    })

    test('a snapshot is its subscriber’s own, who shares what comes after it', async () => {
      const { inboxId, conversationId, following } = await place()
      const { token } = await server.agent('Ann', [inboxId])
      const [first, second] = [following({ snapshot: true }), following({ token, snapshot: true })]
      for (const stream of [first, second]) expect((await stream.next()).kind).toBe('SNAPSHOT')
      await note(conversationId)
      for (const stream of [first, second]) expect((await stream.next()).revision).toBe(3)

      const late = following({ token, snapshot: true, select: 'revision' })
      const { kind, conversation, conversations, total } = await late.next()
      expect(kind).toBe('SNAPSHOT')
      expect(conversation ?? conversations?.nodes[0]).toEqual({ revision: 3 })
      expect(total).toBe(conversations ? 1 : undefined)
      await note(conversationId)
      for (const stream of [first, second, late]) expect((await stream.next()).revision).toBe(4)
    })

    test('a token that is no longer good ends the stream, whether anything happens or not', async () => {
      const { inboxId, conversationId, following } = await place()
      const { id, token } = await server.agent('Gone', [inboxId])
      const [stays, ends] = [following({ snapshot: true }), following({ token, snapshot: true })]
      for (const stream of [stays, ends]) await stream.next()
      // As if on another node: nobody here is told.
      await server.app.db.pool.query('update token set revoked_at = now() where agent_id = $1', [
        storedId('Agent', id),
      ])
      await expect(ends.next()).rejects.toMatchObject(
        over === 'SSE' ? { message: 'The stream has ended.' } : { code: CloseCode.Forbidden },
      )
      await note(conversationId)
      expect((await stays.next()).revision).toBe(3)
    })

    test('more rights leave no gap and repeat nothing, and lead to those who have the same', async () => {
      const { inboxId, conversationId, following } = await place()
      const other = await server.inbox('Other')
      const [moving, wide] = [
        await server.agent('Moving', [inboxId]),
        await server.agent('Wide', [inboxId, other]),
      ]
      const after = await newest()
      const streams = [moving, wide].map(({ token }) => following({ token, after }))
      const hear = async (revision: number) => {
        await note(conversationId)
        for (const stream of streams) expect((await stream.next()).revision).toBe(revision)
      }
      await hear(3)
      await addMember(other, moving.id)
      await hear(4)
      expect(await timesOf(server, 'conversation.byIds', () => hear(5))).toBe(1)
    })

    test('whoever loses the inbox is told so and shown nothing more; the others go on', async () => {
      const { inboxId, conversationId, following } = await place()
      const [stays, leaves] = [await server.agent('Ann', [inboxId]), await server.agent('Bob', [inboxId])]
      const streams = [stays, leaves, leaves].map(({ token }) => following({ token, snapshot: true }))
      for (const stream of streams) await stream.next()
      await removeMember(inboxId, leaves.id)
      await note(conversationId)
      const [stayed, ...left] = await Promise.all(streams.map((stream) => stream.next()))
      expect(stayed?.revision).toBe(3)
      for (const payload of left) {
        expect(payload).toMatchObject({ revision: null, conversation: null })
        expect(payload.kind).toBe(field === 'conversationsChanged' ? 'RESYNC' : 'LOST')
      }
      for (const stream of streams.slice(1)) {
        if (field !== 'conversationsChanged') await expect(stream.next()).rejects.toThrow('ended')
        else expect(await stream.next()).toMatchObject({ kind: 'SNAPSHOT', total: 0 })
      }
    })

    async function place() {
      const inboxId = await server.inbox()
      const conversationId = await server.conversation(inboxId)
      const at = { field, over, inboxId, conversationId, token: server.token }
      await newest()
      return {
        inboxId,
        conversationId,
        following: (options: Partial<Following>) => follow(server, { ...at, ...options }),
      }
    }
  },
)

test.each(['messageAdded', 'conversationUpdated'] as const)(
  '%s refuses whoever may not see the conversation, while others share it',
  async (field) => {
    const inboxId = await server.inbox()
    const conversationId = await server.conversation(inboxId)
    const { token } = await server.agent('Outsider', [])
    const after = await newest()
    const at = { field, inboxId, conversationId, after }
    const inside = follow(server, { ...at, over: 'WebSocket', token: server.token })
    await note(conversationId)
    await inside.next()
    for (const over of transports) {
      await expect(follow(server, { ...at, over, token }).next()).rejects.toThrow('NOT_FOUND')
    }
  },
)

test.each(transports)(
  'over %s, what is executed while a change of rights is looked into waits for the answer',
  async (over) => {
    const inboxId = await server.inbox()
    const conversationId = await server.conversation(inboxId)
    const agents = [await server.agent('Ann', [inboxId]), await server.agent('Bob', [inboxId])] as const
    const at = { field: 'messageAdded', over, inboxId, conversationId, after: await newest() } as const
    const streams = agents.map(({ token }) => follow(server, { ...at, token }))
    await note(conversationId)
    for (const stream of streams) expect((await stream.next()).kind).toBe('EVENT')

    const { db } = server.app
    const { query } = db
    let release = () => {}
    const executed = new Promise<void>((resolve) => {
      release = resolve
    })
    db.query = async (statement, values) => {
      // The look behind all that is open asks for several tokens at once.
      const [tokens] = values
      if (statement.name === 'token.principal' && Array.isArray(tokens) && tokens.length > 1) await executed
      const rows = await query<never>(statement, values)
      if (statement.name.startsWith('conversation.byIds')) release()
      return rows
    }
    await removeMember(inboxId, agents[1].id)
    await note(conversationId)
    const [stayed, left] = await Promise.all(streams.map((stream) => stream.next()))
    db.query = query
    expect([stayed?.kind, left?.kind]).toEqual(['EVENT', 'LOST'])
  },
)

test('the total is counted once for all who share, and is what the list holds', async () => {
  const inboxId = await server.inbox()
  const conversationId = await server.conversation(inboxId)
  const after = await newest()
  const at = { field: 'conversationsChanged', inboxId, conversationId, after } as const
  const streams = transports.map((over) => follow(server, { ...at, over, token: server.token }))
  const totals = () => Promise.all(streams.map(async (stream) => (await stream.next()).total))
  const counted = await timesOf(server, 'conversation.count', async () => {
    await note(conversationId)
    expect(await totals()).toEqual([1, 1])
    for (let total = 2; total <= 5; total++) {
      await server.conversation(inboxId)
      expect(await totals()).toEqual([total, total])
    }
  })
  expect(counted).toBe(1)
})

test('what happens while the total is being counted waits for it, and is in it once', async () => {
  const inboxId = await server.inbox()
  const conversationId = await server.conversation(inboxId)
  const at = { field: 'conversationsChanged', inboxId, conversationId, after: await newest() } as const
  const stream = follow(server, { ...at, over: 'WebSocket', token: server.token })
  const { db } = server.app
  const { query } = db
  let counted = 0
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  db.query = async (statement, values) => {
    const rows = await query<never>(statement, values)
    if (statement.name.startsWith('conversation.count')) {
      counted++
      await released
    }
    return rows
  }
  await note(conversationId)
  await expect.poll(() => counted).toBe(1)
  for (let opened = 0; opened < 5; opened++) await server.conversation(inboxId)
  await newest()
  release()
  const seen = await stream.until(({ total }) => total === 6)
  db.query = query
  expect(counted).toBe(1)
  expect(seen[0]?.total).toBe(1)
})

test('whoever joins, leaves and resumes anywhere sees each change once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...fields),
      fc.array(
        fc.oneof(
          { arbitrary: fc.record({ act: fc.constant('write' as const) }), weight: 3 },
          {
            arbitrary: fc.record({
              act: fc.constant('join' as const),
              back: fc.nat(8),
              over: fc.constantFrom(...transports),
              snapshot: fc.constantFrom(false, false, true),
            }),
            weight: 3,
          },
          fc.record({ act: fc.constant('leave' as const), which: fc.nat(8) }),
        ),
        { minLength: 10, maxLength: 30 },
      ),
      async (field, steps) => {
        const inboxId = await server.inbox()
        const conversationId = await server.conversation(inboxId)
        const at = { inboxId, conversationId, token: server.token }
        /** By the revision that they follow. */
        const cursors = new Map([[2, await newest()]])
        let revision = 2
        const write = async () => {
          await note(conversationId)
          cursors.set(++revision, await newest())
        }
        const subscribers: { seen: number; stream: Listener<Payload> }[] = []
        for (const step of steps) {
          if (step.act === 'write') await write()
          else if (step.act === 'join') {
            const { over, snapshot } = step
            const seen = Math.max(2, revision - step.back)
            const after = snapshot ? undefined : cursors.get(seen)
            const stream = follow(server, { ...at, field, over, after, snapshot })
            if (snapshot) expect((await stream.next()).kind).toBe('SNAPSHOT')
            subscribers.push({ seen: snapshot ? revision : seen, stream })
          } else {
            const [gone] = subscribers.splice(step.which % Math.max(1, subscribers.length), 1)
            gone?.stream.stop()
          }
        }
        await write()
        for (const { seen, stream } of subscribers) {
          const payloads = await stream.until((payload) => payload.revision === revision)
          const expected = Array.from({ length: revision - seen }, (_, index) => seen + index + 1)
          expect(payloads.map((payload) => payload.revision)).toEqual(expected)
          stream.stop()
        }
      },
    ),
    { numRuns: 20, endOnFailure: true },
  )
}, 240_000)

const newest = async () => {
  await numberEvents(server.app.db)
  return (await server.must('{ eventCursor }')).eventCursor as string
}

const note = (id: string) =>
  server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "look" }) {
      __typename ... on Error { reason: message } } }`,
    { id },
  )

const addMember = (inboxId: string, agentId: string) =>
  server.must('mutation ($input: AddInboxMemberInput!) { addInboxMember(input: $input) { __typename } }', {
    input: { inboxId, agentId },
  })

async function removeMember(inboxId: string, agentId: string) {
  const member = [storedId('Inbox', inboxId), storedId('Agent', agentId)]
  await server.app.db.pool.query('delete from inbox_member where inbox_id = $1 and agent_id = $2', member)
  server.app.principals.forget()
}
