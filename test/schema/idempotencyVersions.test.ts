import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'
import { agentWith, type Caller } from './idempotency/caller.js'
import { calls } from './idempotency/calls.js'
import { mutations, takes } from './idempotency/document.js'
import { effectsSince, moment } from './idempotency/effects.js'
import type { World } from './idempotency/things.js'

let server: TestServer
let world: World
let admin: Caller

beforeAll(async () => {
  server = await startTestServer()
  const inboxId = await server.inbox()
  const { id: agentId } = await server.agent('Member', [inboxId])
  world = { server, nodes: [], inboxId, agentId }
  admin = agentWith(server.token, [server.url])
})
afterAll(() => server.stop())

const versioned = mutations.filter((mutation) => takes(mutation, 'expectedVersion'))

test('what agents change of a conversation takes the version that they saw', () => {
  expect(versioned).toEqual(expect.arrayContaining(['assignConversation', 'replyToConversation']))
})

describe.each(versioned)('%s', (mutation) => {
  test('with a stale version changes nothing, shows the present conversation, and leaves its key free', async () => {
    const { input } = await (calls[mutation] as (typeof calls)[string])(world)
    const { conversationId } = input as { conversationId: string }
    const { conversation: seen } = await admin.call('setConversationStatus', {
      conversationId,
      status: 'OPEN',
    })
    await admin.call('updateConversation', { conversationId, title: 'Moved on' })

    const since = await moment(server.app.db.pool)
    const idempotencyKey = `${mutation} once`
    for (const key of [{}, { idempotencyKey }]) {
      const stale = { ...input, ...key, expectedVersion: seen.version }
      expect(await admin.call(mutation, stale)).toMatchObject({
        __typename: 'ConflictError',
        code: 'CONFLICT',
        present: { id: conversationId, version: seen.version + 1, title: 'Moved on' },
      })
    }
    expect(await effectsSince(server.app.db.pool, since)).toEqual({})

    const present = { ...input, idempotencyKey, expectedVersion: seen.version + 1 }
    const done = await admin.call(mutation, present)
    expect(done.__typename).toMatch(/Payload$/)
    // The version has moved on by the change itself: a repeat is not refused for that.
    expect(await admin.call(mutation, present)).toEqual(done)
    expect(Object.keys(await effectsSince(server.app.db.pool, since))).toHaveLength(1)
  })
})
