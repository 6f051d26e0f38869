import { expect, test } from 'vitest'
import { said, startBoth } from './setup.js'

test('a failed sync is repeated, and nothing is said twice', async () => {
  const { open, write, next, emulator, helpdesk, difference } = await startBoth()
  const { id } = await open('Hello')
  helpdesk.fail('update_conversation', 503, 3)
  const synced = next(({ kind }) => kind === 'sync')
  await write(id, 'Where is my order?')
  await synced
  expect(emulator.activity.entries().filter(({ kind }) => kind === 'error')).toHaveLength(3)
  expect(helpdesk.messages).toHaveLength(4)
  expect(await difference(id)).toMatchObject({ agree: true })
})

test('after five repeats it is given up, until something new happens', async () => {
  const { open, write, next, helpdesk, difference, call } = await startBoth()
  const { id } = await open('Hello')
  helpdesk.fail('get_user', 500)
  const before = helpdesk.count('get_user')
  const givenUp = next(({ detail }) => detail?.includes('failure 6, will not be repeated') ?? false)
  await write(id, 'Where is my order?')
  await givenUp
  expect(helpdesk.count('get_user') - before).toBe(6)
  expect(await difference(id)).toMatchObject({ agree: false, differences: [{ what: 'extra message' }] })
  expect((await call('GET', '/log?kind=error')).body).toHaveLength(6)
  helpdesk.heal('get_user')
  expect(said(await write(id, 'Hello?'))).toHaveLength(6)
  expect(await difference(id)).toMatchObject({ agree: true })
})

test('an answer that was lost makes no second message, and what was written meanwhile keeps its place', async () => {
  const { open, write, next, call, helpdesk, difference } = await startBoth()
  const { id, helpdesk_id } = await open('Hello')
  const held = helpdesk.hold('create_message')
  helpdesk.loseAnswer('create_message')
  const synced = next(({ kind }) => kind === 'sync')
  const written = write(id, 'Where is my order?')
  await held.arrived
  helpdesk.agentReplies(helpdesk_id, '<p>Maria here</p>')
  held.release()
  await written
  await synced
  const { body } = await call('GET', `/messenger/conversations/${id}`)
  expect(said(body).slice(2)).toEqual(['Maria: <p>Maria here</p>', 'Jane Doe: <p>Where is my order?</p>'])
  expect(body.messages.at(-1)?.object_id).toBe(helpdesk.messages.at(-1)?.object_id)
  expect(await difference(id)).toMatchObject({ agree: true })
})

test('a create that fails is apologised for, and the conversation is closed', async () => {
  const { open, call, helpdesk } = await startBoth()
  helpdesk.fail('create_conversation', 500)
  const opened = await open('Hello')
  expect(opened).toMatchObject({ status: 'closed', helpdesk_id: null })
  expect(said(opened)[1]).toContain('try again later')
  const answer = await call('POST', `/messenger/conversations/${opened.id}/messages`, { body: 'Hello?' })
  expect(answer.status).toBe(409)
  expect(helpdesk.count('create_conversation')).toBe(1)
})
