import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { startEmulator } from '../../fin-emulator/emulator.js'
import { finAgent } from './fakeOperations.js'
import { connectionTo, identifier, said, startBoth, webhookKey } from './setup.js'

describe.each(['posts', 'rest'] as const)('speaking the variant %s', (variant) => {
  test('an end-user asks, Fin answers, and the copies agree', async () => {
    const { open, write, difference, helpdesk } = await startBoth({ variant })
    const attributes = { plan: 'team' }
    const user = { name: 'Jane Doe', email: 'jane@example.com', attributes: { vip: true } }
    const opened = await open('Hi, when do you open?', { user, attributes, title: 'Hours' })
    expect(said(opened)).toEqual([
      'Jane Doe: <p>Hi, when do you open?</p>',
      expect.stringMatching(/^Fin: .*Monday to Friday/),
    ])
    expect(opened.messages.every((message) => message.helpdesk_id)).toBe(true)
    const later = await write(opened.id, 'Thank you!')
    expect(later.status).toBe('resolved')
    expect(await difference(opened.id)).toEqual({ conversation: opened.id, agree: true, differences: [] })
    expect(helpdesk.users).toMatchObject([{ name: 'Jane Doe', attributes: { vip: true } }])
    expect(helpdesk.conversations).toMatchObject([
      {
        object_id: opened.id,
        title: 'Hours',
        status: 'resolved',
        attributes: { plan: 'team', topic: 'opening_hours' },
      },
    ])
    expect(helpdesk.messages.map(({ object_id }) => object_id)).toEqual(
      later.messages.map((message) => message.object_id),
    )
  })

  test('each sync makes the calls in their order', async () => {
    const { open, write, helpdesk } = await startBoth({ variant })
    const opened = await open('Hello')
    helpdesk.received.length = 0
    await write(opened.id, 'Where is my order?')
    expect(helpdesk.received.map(({ operation }) => operation)).toEqual([
      'get_user',
      'get_conversation',
      'get_messages',
      'create_message',
      'create_message',
      'update_conversation',
    ])
    expect(helpdesk.received[2]?.parameters.after_id).toBe(opened.messages[0]?.helpdesk_id)
    expect(helpdesk.received[5]?.parameters.assignee_id).toBe(finAgent.id)
  })

  test('requests are signed', async () => {
    const { open, helpdesk } = await startBoth({ variant, signingSecret: 'sign' })
    await open('Hello')
    for (const { headers, raw } of helpdesk.received) {
      const signed = `${headers['x-fin-request-timestamp']}:${raw}`
      expect(headers['x-fin-signature']).toBe(createHmac('sha256', 'sign').update(signed).digest('hex'))
    }
  })

  test('a refused token is renewed once, by calls made together too', async () => {
    const { open, difference, helpdesk } = await startBoth({ variant })
    const opened = await Promise.all([open('Hello'), open('Hello'), open('Hello')])
    expect(helpdesk.tokens.issued).toBe(1)
    helpdesk.tokens.valid = 'another'
    const found = await Promise.all(opened.map(({ id }) => difference(id)))
    expect(found.map(({ agree }) => agree)).toEqual([true, true, true])
    expect(helpdesk.tokens.issued).toBe(2)
  })

  test('a second refusal is not renewed again', async () => {
    const { open, call, helpdesk } = await startBoth({ variant })
    const { id } = await open('Hello')
    helpdesk.fail('get_conversation', 403)
    const before = helpdesk.count('get_conversation')
    const answer = await call('GET', `/messenger/conversations/${id}/difference`)
    expect(answer.status).toBe(502)
    expect(helpdesk.count('get_conversation') - before).toBe(2)
    expect(helpdesk.tokens.issued).toBe(2)
  })
})

test('a connection that cannot work is refused with its reason', async () => {
  const { helpdesk } = await startBoth()
  const connection = connectionTo(helpdesk)
  const wrong = (more: object) =>
    startEmulator({ identifier, webhookKey, connection: { ...connection, ...more } })
  await expect(wrong({ clientSecret: 'no' })).rejects.toThrow(/No token .* 401/)
  await expect(wrong({ agentId: 'agent_none' })).rejects.toThrow(/does not list the agent agent_none/)
  const emulator = await wrong({ agentId: undefined })
  await emulator.stop()
})
