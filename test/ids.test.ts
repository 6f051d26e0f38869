import fc from 'fast-check'
import { fromString, fromUUID, toUUID } from 'typeid-js'
import { expect, test } from 'vitest'
import { newId, parsePublicId, publicId, storedId } from '../src/ids.js'

test('a new id is a UUIDv7 of now, and comes after those before it', () => {
  const before = Date.now()
  const ids = Array.from({ length: 20_000 }, newId)
  const after = Date.now()
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.toSorted()).toEqual(ids)
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(toUUID(fromUUID(id, 'conv'))).toBe(id)
    const time = parseInt(id.replace('-', '').slice(0, 12), 16)
    expect(time).toBeGreaterThanOrEqual(before)
    // A moment with more ids than it has room for takes them from the next ones.
    expect(time).toBeLessThan(after + 100)
  }
})

test('a public id is the TypeID of the stored one, and leads back to it', () => {
  fc.assert(
    fc.property(fc.uuid({ version: [1, 2, 3, 4, 5, 6, 7, 8] }), (uuid) => {
      const id = publicId('Conversation', uuid)
      expect(id).toBe(fromUUID(uuid, 'conv'))
      expect(parsePublicId(id)).toEqual({ type: 'Conversation', uuid })
    }),
  )
})

test('an id stands for what it says, whole, or for nobody', () => {
  const digit = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyzAO_-é')
  const change = fc.oneof(
    fc.tuple(fc.nat(31), digit).map(
      ([at, put]) =>
        (id: string) =>
          id.slice(0, at) + put + id.slice(at + 1),
    ),
    fc.nat(31).map((at) => (id: string) => id.slice(0, at) + id.slice(at + 1)),
    fc.tuple(fc.nat(31), digit).map(
      ([at, put]) =>
        (id: string) =>
          id.slice(0, at) + put + id.slice(at),
    ),
  )
  fc.assert(
    fc.property(fc.uuid(), change, (uuid, changed) => {
      const id = changed(publicId('Conversation', uuid))
      const stored = storedId('Conversation', id)
      expect(stored && publicId('Conversation', stored)).toBe(stored && id)
      // The library also looks at which version of UUID it is.
      if (byTheLibrary(id) !== null) expect(stored).toBe(byTheLibrary(id))
    }),
    { numRuns: 2_000 },
  )
})

function byTheLibrary(id: string): string | null {
  try {
    return toUUID(fromString(id, 'conv'))
  } catch {
    return null
  }
}
