import { describe, expect, onTestFinished, test } from 'vitest'
import { followEvents } from '../../client/index.js'
import { type Answer, startScriptedServer } from './scriptedServer.js'
import { quick, take, watchStates } from './setup.js'

const long = { minDelayMs: 100_000, maxDelayMs: 400_000 }

describe('a code of', () => {
  test.each([4400, 4406, 4409])('a programming error, %i, closes the feed and says so', async (code) => {
    const server = await startScriptedServer([{ close: code }])
    const feed = followEvents({ ...quick, url: server.url, token: () => 'token', onResync: () => {} })
    await expect(take(feed, 1)).rejects.toMatchObject({
      name: 'FeedError',
      code,
      message: `As the test wants (${code})`,
    })
    expect(feed.state).toMatchObject({ name: 'closed', error: { code } })
  })

  test.each([4401, 4403])('a refused token, %i, asks for a new one and goes on', async (code) => {
    const server = await startScriptedServer([{ close: code, events: [{ cursor: 'one' }] }])
    const { onState, until, states } = watchStates()
    const feed = followEvents({
      ...quick,
      ...long,
      url: server.url,
      token: (refused) => (refused === null ? 'first' : `after ${refused}`),
      onState,
      onResync: () => {},
    })
    await until(() => states.filter(({ name }) => name === 'live').length === 2)
    await feed.stop()
    expect(server.tokens).toEqual(['Bearer first', 'Bearer after first'])
    expect(states[2]).toEqual({ name: 'waiting', delayMs: 0, reason: `As the test wants (${code})` })
  })

  test.each([1001, 1012, 4499])(
    'a restart, %i, connects again at once, after the last cursor',
    async (code) => {
      const server = await startScriptedServer([
        { close: code, events: [{ cursor: 'one' }] },
        { close: code, events: [{ cursor: 'two' }] },
      ])
      const { onState, states } = watchStates()
      const minDelayMs = 500
      const feed = followEvents({
        ...quick,
        minDelayMs,
        maxDelayMs: 400_000,
        url: server.url,
        token: () => 'token',
        onState,
        onResync: () => {},
      })
      expect(await server.after(3)).toEqual(['start', 'one', 'two'])
      await feed.stop()
      // Each had brought something, so no delay has grown.
      const delays = states.flatMap((state) => (state.name === 'waiting' ? [state.delayMs] : []))
      expect(delays).toHaveLength(2)
      for (const delay of delays) expect(delay).toBeLessThanOrEqual(minDelayMs / 5)
    },
  )

  test.each([1011, 1013, 4408, 4429, 4500, 4999])(
    'anything else, %i, waits and connects again',
    async (code) => {
      const server = await startScriptedServer([{ close: code }])
      const { onState, until } = watchStates()
      const feed = followEvents({
        ...quick,
        ...long,
        url: server.url,
        token: () => 'token',
        onState,
        onResync: () => {},
      })
      const waiting = (await until(({ name }) => name === 'waiting')) as { delayMs: number }
      expect(waiting.delayMs).toBeGreaterThanOrEqual(long.minDelayMs / 2)
      await feed.stop()
    },
  )
})

test('a restart leads to another server when the address says so', async () => {
  const going = await startScriptedServer([{ events: [{ cursor: 'one' }], close: 1012 }])
  const staying = await startScriptedServer([])
  const urls = [going.url, staying.url]
  const feed = followEvents({
    ...quick,
    url: async () => urls.shift() ?? '',
    token: () => 'token',
    onResync: () => {},
  })
  onTestFinished(() => feed.stop())
  expect(await going.after(1)).toEqual(['start'])
  expect(await staying.after(1)).toEqual(['one'])
})

describe('a subscription that ends', () => {
  const begin = async (answer: Answer) => {
    const server = await startScriptedServer([answer])
    const watched = watchStates()
    const feed = followEvents({
      ...quick,
      url: server.url,
      token: (refused) => (refused ? 'another' : 'token'),
      onState: watched.onState,
      onResync: () => {},
    })
    onTestFinished(() => feed.stop())
    return { ...watched, server, feed }
  }

  test.each(['INTERNAL', 'OVERLOADED', 'RATE_LIMITED'])('with %s is begun again later', async (error) => {
    const { server, states } = await begin({ events: [{ cursor: 'one' }], error })
    expect(await server.after(2)).toEqual(['start', 'one'])
    expect(states).toContainEqual({
      name: 'waiting',
      delayMs: expect.any(Number),
      reason: 'As the test wants',
    })
    expect(server.tokens).toEqual(['Bearer token', 'Bearer token'])
  })

  test('with UNAUTHENTICATED asks for a new token', async () => {
    const { server, until, states } = await begin({ error: 'UNAUTHENTICATED' })
    await until(() => states.filter(({ name }) => name === 'live').length === 2)
    expect(server.tokens).toEqual(['Bearer token', 'Bearer another'])
  })

  test.each(['FORBIDDEN', 'INVALID', null])('with %s closes the feed', async (error) => {
    const { feed } = await begin({ error })
    await expect(take(feed, 1)).rejects.toMatchObject({
      name: 'FeedError',
      code: error,
      message: 'As the test wants',
    })
  })

  test('with a result that is not whole is begun again later, and the result is not taken', async () => {
    const { server } = await begin({ events: [{ cursor: 'one' }], partial: true })
    expect(await server.after(2)).toEqual(['start', 'one'])
  })

  test('without an error is begun again later', async () => {
    const { server } = await begin({ events: [{ cursor: 'one' }], complete: true })
    expect(await server.after(2)).toEqual(['start', 'one'])
  })
})

test('a delay doubles with each failure up to the longest, and half of it is left to chance', async () => {
  const { onState, until, states } = watchStates()
  const waits = () => states.flatMap((state) => (state.name === 'waiting' ? [state.delayMs] : []))
  const feed = followEvents({
    ...quick,
    minDelayMs: 4,
    maxDelayMs: 64,
    url: 'ws://127.0.0.1:1',
    token: () => 'token',
    onState,
    onResync: () => {},
  })
  await until(() => waits().length === 7)
  await feed.stop()
  const longest = [4, 8, 16, 32, 64, 64, 64]
  waits()
    .slice(0, 7)
    .forEach((delay, index) => {
      expect(delay).toBeGreaterThanOrEqual((longest[index] as number) / 2)
      expect(delay).toBeLessThanOrEqual(longest[index] as number)
    })
})
