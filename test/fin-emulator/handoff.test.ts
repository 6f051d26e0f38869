import { expect, test } from 'vitest'
import { finAgent } from './fakeOperations.js'
import { said, startBoth } from './setup.js'

test('Fin announces a person, lets go, and stays silent until it is assigned again', async () => {
  const { open, write, webhook, next, helpdesk, difference } = await startBoth()
  const opened = await open('I want to talk to a human')
  expect(said(opened)[1]).toContain('connecting you with a person')
  const [conversation] = helpdesk.conversations
  if (!conversation) throw new Error('no conversation')
  expect(conversation.assignee).toBeNull()

  expect(said(await write(opened.id, 'Where is my order?'))).toHaveLength(3)
  helpdesk.agentReplies(conversation.id, '<p>Maria here</p>')
  const synced = next(({ kind }) => kind === 'sync')
  await webhook({ conversation_id: conversation.id })
  await synced
  const helped = await write(opened.id, 'Where is my order?')
  expect(said(helped).slice(3)).toEqual(['Maria: <p>Maria here</p>', 'Jane Doe: <p>Where is my order?</p>'])
  expect(helped.assignee).toEqual({ id: 'agent_maria', name: 'Maria' })

  conversation.assignee = finAgent
  expect(said(await write(opened.id, 'Where is my order?')).at(-1)).toContain('tracking link')
  expect(await difference(opened.id)).toMatchObject({ agree: true })
})

test('two turns without an answer hand off', async () => {
  const { open, write } = await startBoth()
  const { id } = await open('Blorp')
  const second = await write(id, 'Blorp blorp')
  expect(said(second)[3]).toContain('connecting you with a person')
  expect(second.fin_holds).toBe(false)
})

test('a handoff that did not arrive is repeated, not taken for an assignment to Fin', async () => {
  const { open, next, helpdesk } = await startBoth()
  helpdesk.fail('update_conversation', 500, 1)
  const synced = next(({ kind }) => kind === 'sync')
  await open('A person, please')
  await synced
  expect(helpdesk.conversations[0]?.assignee).toBeNull()
  expect(helpdesk.messages).toHaveLength(2)
})

test('a script says exactly what Fin does', async () => {
  const { open, write, helpdesk } = await startBoth()
  const opened = await open('Where is my order?', { fin: { reply: 'Let me see.' } })
  expect(said(opened)[1]).toBe('Fin: <p>Let me see.</p>')
  expect(said(await write(opened.id, 'Hello?', { fin: { silent: true } }))).toHaveLength(3)
  await write(opened.id, 'Hello??', { fin: { reply: 'A colleague takes over.', handoff: true } })
  expect(helpdesk.conversations[0]).toMatchObject({ assignee: null, attributes: {} })
})
