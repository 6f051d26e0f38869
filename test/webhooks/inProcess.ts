import { tmpdir } from 'node:os'
import { onTestFinished } from 'vitest'
import { type AgentActor, tokenScopes } from '../../src/actor.js'
import { insertAgent } from '../../src/agent/create.js'
import { type App, openApp } from '../../src/app.js'
import { openConversation } from '../../src/conversation/open.js'
import { documentsFor } from '../../src/http/documents.js'
import { newId } from '../../src/ids.js'
import { createFinIntegration } from '../../src/integration/create.js'
import type { Documents } from '../../src/webhooks/listeners/webhookHearing.js'
import { startWebhooks } from '../../src/webhooks/start.js'
import { createDatabase } from '../support/database.js'

/** What the APIs of a node work with, on a database of its own; what goes wrong in the background is in `faults`. */
export async function openTestApp(poolSize: number) {
  const database = await createDatabase()
  const faults: Error[] = []
  const report = (error: Error) => faults.push(error)
  const app = await openApp({
    database: { url: database.appUrl, poolSize, preparedStatements: true },
    filesDir: tmpdir(),
    secretKey: 'a secret key for tests',
    publicUrl: () => 'http://localhost',
    report,
  })
  async function close() {
    await app.close()
    await database.drop()
  }
  return { app, faults, report, close }
}

export type TestApp = Awaited<ReturnType<typeof openTestApp>>

/** What a node does about webhooks, and nothing else; ends with the test at the latest. */
export async function startNode(
  app: App,
  { change, report }: { change?: (usual: Documents) => Partial<Documents>; report: (error: Error) => void },
) {
  const usual = documentsFor(app, report)
  const documents = { ...usual, ...change?.(usual) }
  const webhooks = await startWebhooks(app, { documents, allowPrivate: true, report })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= webhooks.stop()
    return stopped
  }
  onTestFinished(stop)
  return { stop }
}

/** An integration, a human who answers, and a conversation that its Fin opened. */
export async function prepare({ db, secrets }: App, webhookBaseUrl: string) {
  const agent = (agentId: string, inboxIds: string[]): AgentActor => ({
    kind: 'AGENT',
    agentId,
    name: 'Maria',
    role: 'ADMIN',
    isBot: false,
    scopes: tokenScopes,
    tokenId: agentId,
    inboxIds,
  })
  const made = await createFinIntegration(db, secrets, agent(newId(), []), {
    name: 'Fin',
    identifier: 'identifier',
    region: 'US',
    webhookKey: 'key',
    webhookBaseUrl,
  })
  if (!('integration' in made)) throw new Error('No integration was made.')
  const { id: integrationId, inboxId, agentId } = made.integration
  const { id } = await db.transaction((tx) =>
    insertAgent(tx, {
      name: 'Maria',
      email: `${newId()}@example.com`,
      alias: null,
      isBot: false,
      passwordHash: null,
    }),
  )
  const fin = {
    kind: 'INTEGRATION',
    integrationId,
    agentId,
    inboxId,
    seesNotes: true,
    bindsByEmail: true,
    inboxIds: [inboxId],
  } as const
  async function conversation(): Promise<string> {
    const opened = await openConversation(db, fin, {
      endUser: { name: 'Eve' },
      message: { author: 'END_USER', body: '<p>Hello</p>' },
    })
    if (!('conversation' in opened)) throw new Error('No conversation was opened.')
    return opened.conversation.id
  }
  return {
    integrationId,
    inboxId,
    fin,
    human: agent(id, [inboxId]),
    conversation,
    conversationId: await conversation(),
  }
}
