import { expect, test } from 'vitest'
import { pendingChanges, withoutDrops } from '../../prisma/pendingChanges.js'

test('the migrations make what schema.prisma describes', { timeout: 120_000 }, async () => {
  expect(await pendingChanges()).toBe('')
})

test('an index that only migrations know is not dropped, any other is', () => {
  const ours = '-- DropIndex\nDROP INDEX "ours";\n'
  const other = '-- DropIndex\nDROP INDEX "other";\n'
  expect(withoutDrops(ours, ['ours'])).toBe('')
  expect(withoutDrops(`${ours}\n${other}`, ['ours'])).toBe(other)
  expect(withoutDrops('-- This is an empty migration.', ['ours'])).toBe('')
})
