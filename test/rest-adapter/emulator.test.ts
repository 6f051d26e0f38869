import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startEmulator } from '../../fin-emulator/emulator.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { variants } from './contracts.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

// biome-ignore lint/suspicious/noExplicitAny: the test says what it expects
type View = any

test.each(variants)('a client that knows only the contract gets along: %s', async (variant) => {
  const { clientId, clientSecret, agentId, identifier, webhookKey } = await server.createFin()
  const emulator = await startEmulator({ identifier, webhookKey, retryDelayMs: 1 })
  onTestFinished(() => emulator.stop())
  await emulator.connect({ helpdesk: server.url, variant, clientId, clientSecret, agentId })

  async function messenger(path: string, body?: object): Promise<View> {
    const response = await fetch(`${emulator.url}/messenger/conversations${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const view: View = await response.json()
    expect(response.status, JSON.stringify(view)).toBeLessThan(300)
    return view
  }

  const user = { name: 'Jane Doe', email: 'jane@example.com', attributes: { vip: true } }
  const { id, helpdesk_id } = await messenger('', { user, body: 'Hi, when do you open?', title: 'Hours' })
  const later = await messenger(`/${id}/messages`, { body: 'Thank you!' })
  expect(later.status).toBe('resolved')
  expect(await messenger(`/${id}/difference`)).toMatchObject({ agree: true, differences: [] })

  await messenger(`/${id}/messages`, { body: 'I want to talk to a human' })
  expect(await messenger(`/${id}/difference`)).toMatchObject({ agree: true, differences: [] })
  const { conversation } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { status assignee { id } handedOffAt endUser { name attributes } } }',
    { id: helpdesk_id },
  )
  expect(conversation).toEqual({
    status: 'OPEN',
    assignee: null,
    handedOffAt: expect.any(String),
    endUser: { name: 'Jane Doe', attributes: { vip: true } },
  })
})
