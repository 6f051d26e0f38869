import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSubscriber, type FeedError, type SubscriberOptions } from '../../client/index.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { startProxy } from './proxy.js'
import { type Answer, startScriptedServer } from './scriptedServer.js'
import { addNote, quick, quietConversation, soon } from './setup.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const watch = `subscription Watch($id: ID!, $after: EventCursor) {
  conversationUpdated(id: $id, after: $after, snapshot: true) {
    kind cursor event { ... on MessageAdded { message { text } } }
  }
}`
const typing = 'subscription Typing($id: ID!) { typing(conversationId: $id) { isTyping } }'

interface Shown {
  kind?: string
  cursor?: string
  isTyping?: boolean
  event?: { message?: { text: string } } | null
}

/** What came, in a form to compare. */
function sinkOf() {
  const shown: unknown[] = []
  return {
    shown,
    next: ({ data }: { data: Record<string, unknown> }) => {
      const { kind, event, isTyping, cursor } = Object.values(data)[0] as Shown
      shown.push(event?.message?.text ?? kind ?? isTyping ?? cursor)
    },
    error: (error: FeedError) => shown.push(error),
    complete: () => shown.push('complete'),
    came: (what: unknown) =>
      vi.waitFor(() => expect(shown).toContainEqual(what), { timeout: 15_000, interval: 10 }),
  }
}

async function begin(options: Partial<SubscriberOptions> = {}, as = server.token) {
  const proxy = await startProxy(server.url.replace('localhost', '127.0.0.1'))
  onTestFinished(() => proxy.stop())
  const id = await quietConversation(server, inboxId)
  const onResync = vi.fn()
  const subscribe = createSubscriber({
    ...quick,
    url: `${proxy.url}/graphql`,
    token: () => as,
    onResync,
    ...options,
  })
  return {
    proxy,
    id,
    subscribe,
    onResync,
    note: (text: string) => addNote(server, id, text),
    type: (isTyping: boolean) =>
      server.must(
        `mutation ($id: ID!, $isTyping: Boolean!) { setTyping(input: { conversationId: $id, isTyping: $isTyping }) {
          __typename ... on Error { message } } }`,
        { id, isTyping },
      ),
    start(query: string, variables: Record<string, unknown> = { id }) {
      const sink = sinkOf()
      const stop = subscribe({ query, variables }, sink)
      onTestFinished(stop)
      return { ...sink, stop }
    },
  }
}

/** Until it came: when exactly a stream without a cursor begins cannot be told from outside. */
async function meanwhile(again: () => unknown, came: Promise<unknown>) {
  let isOver = false
  const over = came.finally(() => {
    isOver = true
  })
  while (!isOver) await again()
  await over
}

describe('one subscriber', () => {
  test('resumes a stream after its last cursor: each event once, and no second snapshot', async () => {
    const { proxy, note, start } = await begin()
    const { shown, came } = start(watch)
    await came('SNAPSHOT')
    await note('live')
    await came('live')
    proxy.cutNow()
    await note('while it was away')
    await came('while it was away')
    expect(shown).toEqual(['SNAPSHOT', 'live', 'while it was away'])
    expect(proxy.connections).toBe(2)
  })

  test('begins a stream without a cursor anew', async () => {
    const { proxy, type, start } = await begin()
    const { shown, came } = start(typing)
    await meanwhile(() => type(true), came(true))
    proxy.cutNow()
    shown.length = 0
    await meanwhile(() => type(true), came(true))
  })

  test('has one socket for all streams, which closes with the last', async () => {
    const { proxy, note, type, start } = await begin()
    const first = start(watch)
    const second = start(typing)
    await first.came('SNAPSHOT')
    await meanwhile(() => type(true), second.came(true))
    expect(proxy.connections).toBe(1)
    second.stop()
    await type(false)
    await note('one')
    await first.came('one')
    expect(second.shown).not.toContain(false)
    first.stop()
    await note('two')
    const third = start(watch)
    await third.came('SNAPSHOT')
    expect(proxy.connections).toBe(2)
    expect(first.shown).toEqual(['SNAPSHOT', 'one'])
  })

  test('gives `events` over a feed of its own, under the name that the document gives it', async () => {
    const { note, subscribe, onResync, id } = await begin()
    const next = vi.fn()
    const query = `subscription ($after: EventCursor, $id: ID!) {
      feed: events(after: $after, filter: { conversationId: $id }) { cursor type }
    }`
    const variables = { after: 'not a cursor', id }
    onTestFinished(subscribe({ query, variables }, { ...sinkOf(), next }))
    await vi.waitFor(() => expect(onResync).toHaveBeenCalledOnce(), soon)
    await note('one')
    await vi.waitFor(() => expect(next).toHaveBeenCalled(), soon)
    expect(next.mock.calls).toEqual([
      [{ data: { feed: { cursor: expect.any(String), type: 'MESSAGE_ADDED' } } }],
    ])
  })

  test('tells the end of a stream: out of sight, and a document that does not fit', async () => {
    const agent = await server.agent('Ada', [inboxId])
    const { start, note } = await begin({}, agent.token)
    const { shown, came } = start(watch)
    const misfit = start('subscription { typing { isTyping } }')
    const unknown = start(typing, { id: 'conv_unknown' })
    await misfit.came(expect.objectContaining({ name: 'FeedError' }))
    await unknown.came(expect.objectContaining({ code: 'NOT_FOUND' }))
    await came('SNAPSHOT')
    await server.must(
      `mutation ($input: RemoveInboxMemberInput!) { removeInboxMember(input: $input) { __typename ... on Error { message } } }`,
      { input: { inboxId, agentId: agent.id } },
    )
    await note('out of sight')
    await came('complete')
    expect(shown).toEqual(['SNAPSHOT', 'LOST', 'complete'])
  })

  test('leaves the socket to the others when one of them cannot show what came', async () => {
    const { proxy, note, start, subscribe, id } = await begin()
    const { came } = start(watch)
    await came('SNAPSHOT')
    const failing = sinkOf()
    const next = () => {
      throw new Error('cannot show it')
    }
    subscribe({ query: watch, variables: { id } }, { ...failing, next })
    await failing.came(expect.objectContaining({ message: 'cannot show it' }))
    await note('one')
    await came('one')
    expect(proxy.connections).toBe(1)
  })

  test('gives up a socket that is silent', async () => {
    const { proxy, note, start } = await begin({ pingEveryMs: 20, answerWithinMs: 1_000 })
    const { came } = start(watch)
    await came('SNAPSHOT')
    proxy.freeze()
    await note('while it was frozen')
    await came('while it was frozen')
  })

  test('wakes up with the page', async () => {
    const wakeUps = new EventTarget()
    const { proxy, note, start } = await begin({ wakeUps, minDelayMs: 3_600_000, maxDelayMs: 3_600_000 })
    const { came, shown } = start(watch)
    await came('SNAPSHOT')
    proxy.cutNow()
    await note('while it was offline')
    await vi.waitFor(
      () => {
        wakeUps.dispatchEvent(new Event('online'))
        expect(shown).toContainEqual('while it was offline')
      },
      { timeout: 15_000, interval: 20 },
    )
  })
})

describe('a stream that ends', () => {
  async function script(answer: Answer, token: SubscriberOptions['token'] = () => 'token') {
    const scripted = await startScriptedServer([answer])
    const sink = sinkOf()
    const subscribe = createSubscriber({ ...quick, url: scripted.url, token, onResync() {} })
    const stop = subscribe({ query: watch, variables: { after: 'start' } }, sink)
    onTestFinished(stop)
    return { ...sink, ...scripted }
  }

  test.each([
    { error: 'INTERNAL' },
    { error: 'OVERLOADED' },
    { partial: true },
    { complete: true },
    { close: 1012 },
    { close: 4500 },
  ])('with %j is begun again after its last cursor', async (answer) => {
    const scripted = await script({ events: [{ cursor: 'one' }], ...answer })
    expect((await scripted.after(2)).slice(0, 2)).toEqual(['start', 'one'])
  })

  test('between RESYNC and what follows it is told of it again', async () => {
    const events = [{ cursor: 'one' }, { cursor: 'two', kind: 'RESYNC' }]
    const scripted = await script({ events, close: 1012 })
    const [, again] = await scripted.after(2)
    const { start, id } = await begin()
    const { came, shown } = start(watch, { id, after: again })
    await came('SNAPSHOT')
    expect(shown).toEqual(['RESYNC', 'SNAPSHOT'])
  })

  test.each([{ close: 4403 }, { error: 'UNAUTHENTICATED' }])(
    'with %j asks for a new token',
    async (answer) => {
      const scripted = await script(answer, (refused) => (refused ? 'another' : 'token'))
      await scripted.after(2)
      expect(scripted.tokens).toEqual(['Bearer token', 'Bearer another'])
    },
  )

  test('without a token that is accepted is over', async () => {
    const { came, tokens } = await script({ close: 4403 }, (refused) => (refused ? null : 'token'))
    await came(expect.objectContaining({ name: 'FeedError', code: 4403 }))
    expect(tokens).toEqual(['Bearer token'])
  })

  test.each([{ close: 4400 }, { error: 'FORBIDDEN' }])('with %j is over', async (answer) => {
    const { came } = await script(answer)
    await came(
      expect.objectContaining({ name: 'FeedError', message: expect.stringContaining('As the test wants') }),
    )
  })
})

test('a stream that was ended at once never connects', async () => {
  const scripted = await startScriptedServer([])
  const [sink, next] = [sinkOf(), sinkOf()]
  const token = vi.fn(async () => 'token')
  const subscriber = (options: Pick<SubscriberOptions, 'token'>) =>
    createSubscriber({ ...quick, url: scripted.url, onResync() {}, ...options })
  subscriber({ token })({ query: watch }, sink)()
  await vi.waitFor(() => expect(token).toHaveBeenCalled(), soon)
  // Whatever it had done would have come before what another does then.
  onTestFinished(subscriber({ token: () => 'another' })({ query: watch, variables: { after: 'x' } }, next))
  await scripted.after(1)
  expect(scripted.tokens).toEqual(['Bearer another'])
  expect(sink.shown).toEqual([])
})
