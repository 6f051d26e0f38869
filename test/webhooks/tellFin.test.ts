import { getOperationAST, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../schema/schema.js'
import { compile } from '../../src/execution/compile.js'
import { conversationToTell, finDocument, type ShownEvent } from '../../src/webhooks/listeners/tellFin.js'

const own = 'fin_own'
const event = (more: Partial<ShownEvent>): ShownEvent => ({
  type: 'MESSAGE_ADDED',
  origin: { integrationId: null },
  conversation: { id: 'conv_1' },
  ...more,
})

test.each([true, false])('its document fits the schema, and can be compiled (notes: %s)', (seesNotes) => {
  const document = parse(finDocument(seesNotes))
  const operation = getOperationAST(document)
  expect(validate(schema, document)).toEqual([])
  expect(operation && compile(schema, document, operation)).not.toBeNull()
})

test('what anyone else does is told', () => {
  expect(conversationToTell(event({}), own)).toBe('conv_1')
  expect(conversationToTell(event({ origin: { integrationId: 'fin_other' } }), own)).toBe('conv_1')
})

test('what Fin itself wrote is not', () => {
  expect(conversationToTell(event({ origin: { integrationId: own } }), own)).toBe(null)
})

test('a message that Fin is not shown is not', () => {
  expect(conversationToTell(event({ message: null }), own)).toBe(null)
  expect(conversationToTell(event({ message: { id: 'msg_1' } }), own)).toBe('conv_1')
})

test('kinds that show no conversation are not', () => {
  expect(conversationToTell(event({ type: 'PRIORITY_CHANGED', conversation: undefined }), own)).toBe(null)
})

test.each([
  ['OPEN', 'SNOOZED', false],
  ['SNOOZED', 'OPEN', false],
  [null, null, false],
  ['OPEN', 'RESOLVED', true],
  ['SNOOZED', 'CLOSED', true],
  ['ENDED', 'OPEN', true],
] as const)('status %s to %s: %s', (from, to, told) => {
  expect(conversationToTell(event({ type: 'STATUS_CHANGED', from, to }), own) !== null).toBe(told)
})
