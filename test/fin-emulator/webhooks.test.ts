import { expect, onTestFinished, test, vi } from 'vitest'
import { startBoth, webhookKey } from './setup.js'

test('the key, the identifier and the body are checked', async () => {
  const { webhook } = await startBoth()
  expect(await webhook({ conversation_id: 'conv_1' }, 'wrong')).toBe(401)
  expect(await webhook({ conversation_id: 'conv_1' }, webhookKey, 'unknown')).toBe(404)
  expect(await webhook({})).toBe(400)
  expect(await webhook({ conversation_id: 'conv_1', event_type: 'agent_typing' })).toBe(400)
  expect(await webhook({ conversation_id: 'conv_1' })).toBe(202)
})

test('typing is shown and starts no sync', async () => {
  // It is shown for five seconds.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const { open, webhook, call, helpdesk } = await startBoth()
  const { id, helpdesk_id } = await open('Hello')
  const before = helpdesk.received.length
  const agent = { id: 'agent_maria', user_type: 'agent', name: 'Maria', email: 'maria@example.com' }
  expect(await webhook({ conversation_id: helpdesk_id, event_type: 'agent_typing', data: { agent } })).toBe(
    202,
  )
  const { body } = await call('GET', `/messenger/conversations/${id}`)
  expect(body.typing).toEqual({ id: 'agent_maria', name: 'Maria' })
  expect(helpdesk.received).toHaveLength(before)
})

test('those that come during a sync make exactly one more', async () => {
  const { open, webhook, difference, helpdesk } = await startBoth()
  const { id, helpdesk_id } = await open('Hello')
  const before = helpdesk.count('get_user')
  const held = helpdesk.hold('get_messages')
  await webhook({ conversation_id: helpdesk_id })
  await held.arrived
  for (let sent = 0; sent < 5; sent += 1) await webhook({ conversation_id: helpdesk_id })
  held.release()
  // A comparison waits for its turn, behind both syncs.
  await difference(id)
  expect(helpdesk.count('get_user') - before).toBe(2)
})

test('notes are kept from the end-user', async () => {
  const { open, webhook, next, call, helpdesk, difference } = await startBoth()
  const { id, helpdesk_id } = await open('Hello')
  helpdesk.agentReplies(helpdesk_id, '<p>An angry one</p>', 'private')
  const synced = next(({ kind }) => kind === 'sync')
  await webhook({ conversation_id: helpdesk_id })
  await synced
  const { body } = await call('GET', `/messenger/conversations/${id}`)
  expect(body.messages).toHaveLength(2)
  expect(await difference(id)).toMatchObject({ agree: true })
})
