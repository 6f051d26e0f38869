import { expect, test } from 'vitest'
import { inBatches } from '../../src/webhooks/listeners/inBatches.js'

async function* counting(to: number) {
  for (let item = 1; item <= to; item++) yield item
}

const always = { most: 100, quiet: 0, patience: 0, idle: 60_000, complete: () => true }

test('a batch ends where nothing more belongs to it', async () => {
  const batches = inBatches(counting(6), {
    most: 100,
    quiet: 5_000,
    patience: 5_000,
    idle: 60_000,
    complete: (last) => last % 3 === 0,
  })
  const all = [...((await batches.next()) ?? []), ...((await batches.next()) ?? [])]
  expect(all).toEqual([1, 2, 3, 4, 5, 6])
  expect(await batches.next()).toBe(null)
})

test('what is ready in the same turn comes along, though it was complete before', async () => {
  const complete = (last: number) => last === 2 || last === 6
  const batches = inBatches(counting(6), { ...always, quiet: 5_000, patience: 5_000, complete })
  expect(await batches.next()).toEqual([1, 2, 3, 4, 5, 6])
})

test('a batch has at most so many items, and none is lost', async () => {
  const batches = inBatches(counting(10), {
    most: 4,
    quiet: 5_000,
    patience: 5_000,
    idle: 60_000,
    complete: () => false,
  })
  expect(await batches.next()).toEqual([1, 2, 3, 4])
  expect(await batches.next()).toEqual([5, 6, 7, 8])
  expect(await batches.next()).toEqual([9, 10])
  expect(await batches.next()).toBe(null)
})

test('patience has an end', async () => {
  async function* oneThenSilence() {
    yield 1
    await new Promise(() => {})
  }
  const batches = inBatches(oneThenSilence(), {
    most: 100,
    quiet: 1,
    patience: 5_000,
    idle: 60_000,
    complete: () => false,
  })
  expect(await batches.next()).toEqual([1])
})

test('stopping ends a wait, though the source is silent', async () => {
  async function* silence(): AsyncGenerator<number> {
    await new Promise(() => {})
  }
  const batches = inBatches(silence(), always)
  const next = batches.next()
  batches.stop()
  expect(await next).toBe(null)
})

test('what came before a failure is given out, then the failure', async () => {
  async function* failing() {
    yield 1
    throw new Error('broken')
  }
  const batches = inBatches(failing(), {
    ...always,
    quiet: 5_000,
    patience: 5_000,
    idle: 60_000,
    complete: () => false,
  })
  expect(await batches.next()).toEqual([1])
  await expect(batches.next()).rejects.toThrow('broken')
})

test('where nothing comes for long an empty batch says so, and what comes then is not lost', async () => {
  let speak = () => {}
  async function* late() {
    await new Promise<void>((resolve) => {
      speak = resolve
    })
    yield 1
  }
  const batches = inBatches(late(), { ...always, idle: 1 })
  expect(await batches.next()).toEqual([])
  expect(batches.ready).toBe(0)
  speak()
  const heard: number[] = []
  for (let batch = await batches.next(); batch; batch = await batches.next()) heard.push(...batch)
  expect(heard).toEqual([1])
})
