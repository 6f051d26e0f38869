import { onTestFinished } from 'vitest'
import type { Entry } from '../../fin-emulator/activity.js'
import type { Comparison } from '../../fin-emulator/compare.js'
import type { VariantName } from '../../fin-emulator/connection.js'
import type { conversationView } from '../../fin-emulator/conversationView.js'
import { startEmulator } from '../../fin-emulator/emulator.js'
import { type FakeHelpdesk, startFakeHelpdesk } from './fakeHelpdesk.js'
import { finAgent } from './fakeOperations.js'

export const identifier = 'a3c729d4e8f6b15c'
export const webhookKey = 'hook-key'

/** A conversation as the messenger shows it. */
export type View = ReturnType<typeof conversationView>

interface Wanted {
  variant?: VariantName
  signingSecret?: string
  compareAfterSync?: boolean
  retryDelayMs?: number
}

/** A helpdesk and an emulator connected with each other for one test, and ways to act as end-user and helpdesk. */
export async function startBoth({ variant = 'posts', signingSecret, ...options }: Wanted = {}) {
  const helpdesk = await startFakeHelpdesk()
  const emulator = await startEmulator({ identifier, webhookKey, retryDelayMs: 1, ...options })
  onTestFinished(async () => {
    await emulator.stop()
    await helpdesk.stop()
  })
  await emulator.connect({ ...connectionTo(helpdesk), variant, signingSecret })

  async function call<T = View>(method: string, path: string, body?: unknown) {
    const response = await fetch(emulator.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as T }
  }

  async function webhook(body: unknown, key = webhookKey, to = identifier) {
    const path = `/hooks/standalone/custom_helpdesk_conversation_event/${to}`
    const response = await fetch(emulator.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-webhook-key': key },
      body: JSON.stringify(body),
    })
    return response.status
  }

  /** The first entry that fits after the log's present end. */
  function next(fits: (entry: Entry) => boolean) {
    const end = emulator.activity.entries().at(-1)?.sequence ?? 0
    return emulator.activity.until((entry) => entry.sequence > end && fits(entry))
  }

  const jane = { name: 'Jane Doe', email: 'jane@example.com' }
  const open = async (body: string, more: object = {}) =>
    (await call('POST', '/messenger/conversations', { user: jane, body, ...more })).body
  const write = async (id: string, body: string, more: object = {}) =>
    (await call('POST', `/messenger/conversations/${id}/messages`, { body, ...more })).body
  const difference = async (id: string) =>
    (await call<Comparison>('GET', `/messenger/conversations/${id}/difference`)).body
  return { helpdesk, emulator, call, webhook, next, open, write, difference }
}

export function connectionTo(helpdesk: FakeHelpdesk) {
  return {
    helpdesk: helpdesk.url,
    variant: 'posts' as VariantName,
    clientId: 'client',
    clientSecret: 'secret',
    agentId: finAgent.id,
  }
}

/** The texts of a messenger view, each with its author. */
export function said(view: View) {
  return view.messages.map(({ body, author }) => `${author.name}: ${body}`)
}
