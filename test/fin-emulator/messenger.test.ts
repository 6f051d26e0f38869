import { expect, test } from 'vitest'
import { startBoth } from './setup.js'

test('the difference names what is missing, extra, changed, and the state', async () => {
  const { open, difference, helpdesk } = await startBoth()
  const { id, helpdesk_id } = await open('Hello')
  helpdesk.agentReplies(helpdesk_id, '<p>Maria here</p>')
  helpdesk.messages.splice(1, 1)
  Object.assign(helpdesk.messages[0] ?? {}, { body: '<p>Changed</p>' })
  Object.assign(helpdesk.conversations[0] ?? {}, {
    status: 'closed',
    title: 'Other',
    tags: ['new'],
    attributes: { a: 1 },
  })
  const { agree, differences } = await difference(id)
  expect(agree).toBe(false)
  expect(differences.map(({ what }) => what)).toEqual([
    'status',
    'assignee',
    'title',
    'tags',
    'attributes',
    'different message',
    'missing message',
    'extra message',
  ])
})

test('reading is told at once, and data that a workflow sets reaches the helpdesk', async () => {
  const { open, call, helpdesk, difference } = await startBoth()
  const { id } = await open('Hello')
  const before = helpdesk.received.length
  await call('POST', `/messenger/conversations/${id}/read`)
  expect(helpdesk.received.slice(before).map(({ operation }) => operation)).toEqual(['update_conversation'])
  expect(helpdesk.conversations[0]?.last_user_read_at).toEqual(expect.any(String))
  const data = {
    title: 'New',
    tags: ['a'],
    attributes: { locale: 'de' },
    user: { attributes: { plan: 'pro' } },
  }
  await call('POST', `/messenger/conversations/${id}/data`, data)
  expect(helpdesk.conversations[0]).toMatchObject({ title: 'New', tags: ['a'], attributes: { locale: 'de' } })
  expect(helpdesk.users[0]?.attributes).toEqual({ plan: 'pro' })
  expect(await difference(id)).toMatchObject({ agree: true })
})

test('the log can be followed as a stream', async () => {
  const { emulator, open } = await startBoth({ compareAfterSync: true })
  const stream = await fetch(`${emulator.url}/events?kind=comparison`)
  const { id } = await open('Hello')
  let read = ''
  for await (const chunk of stream.body ?? []) {
    read += Buffer.from(chunk).toString()
    if (read.includes('copies agree')) break
  }
  expect(read).toContain(`"conversation":"${id}"`)
})

test('input that does not fit is refused', async () => {
  const { call } = await startBoth()
  expect((await call('POST', '/messenger/conversations', { user: {}, body: ' ' })).status).toBe(400)
  expect((await call('GET', '/messenger/conversations/1')).status).toBe(404)
})
