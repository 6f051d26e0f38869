import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from './freePort.js'
import { createGraphql, type Graphql } from './graphql.js'
import { connectMessenger, type Messenger } from './messenger.js'
import { startProgram } from './program.js'
import { makeAgent, makeIntegration } from './setUp.js'
import { type Watch, watchEvents } from './watch.js'

/** A helpdesk and Fin, each a process of its own, and a human agent at work. */
export interface Stage {
  helpdeskUrl: string
  finUrl: string
  agent: { id: string; name: string }
  graphql: Graphql
  watch: Watch
  messenger: Messenger
  /** Rejects when one of the processes ends before `stop`, with what it printed last. */
  broken: Promise<never>
}

/**
 * Sets up the stage on an empty database in a temporary folder. Each thing that has to be undone goes onto `undo`
 * at once, so that a start that fails half-way can be undone too.
 */
export async function setStage(undo: (() => unknown)[]): Promise<Stage> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-demo-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  // Where root runs this, PostgreSQL's own user has to enter.
  chmodSync(folder, 0o755)

  const adminToken = randomSecret()
  const serverEnvironment = {
    DATA_DIR: path.join(folder, 'data'),
    PORT: '0',
    ADMIN_TOKEN: adminToken,
    SAMPLE_DATA: 'false',
    LOG_LEVEL: 'warn',
  }
  const server = await startProgram([], serverEnvironment, undo)

  const admin = createGraphql(server.url, adminToken)
  const port = await freePort()
  const keys = {
    identifier: randomBytes(8).toString('hex'),
    webhookKey: randomSecret(),
    signingSecret: randomSecret(),
  }
  const fin = await makeIntegration(admin, { ...keys, webhookBaseUrl: `http://127.0.0.1:${port}` })
  const emulatorEnvironment = {
    FIN_HELPDESK: server.url,
    FIN_CLIENT_ID: fin.clientId,
    FIN_CLIENT_SECRET: fin.clientSecret,
    FIN_SIGNING_SECRET: keys.signingSecret,
    FIN_AGENT_ID: fin.agentId,
    FIN_IDENTIFIER: keys.identifier,
    FIN_WEBHOOK_KEY: keys.webhookKey,
    FIN_PORT: String(port),
    // Each conversation is compared at its end; before, it would only be more calls to look past.
    FIN_COMPARE: 'no',
  }
  const emulator = await startProgram(['fin-emulator/main.js'], emulatorEnvironment, undo)
  const messenger = await connectMessenger(emulator.url)
  undo.push(messenger.stop)

  const agent = await makeAgent(admin, fin.inboxId)
  const graphql = createGraphql(server.url, agent.token)
  const watch = await watchEvents(graphql.url, agent.token)
  undo.push(watch.stop)

  const broken = Promise.race(
    [server, emulator].map(async ({ ended, printed }) => {
      const status = await ended
      throw new Error(`A process ended with ${status} in the middle of the demo:\n${printed.join('\n')}`)
    }),
  )
  broken.catch(() => {})
  return { helpdeskUrl: server.url, finUrl: emulator.url, agent, graphql, watch, messenger, broken }
}

function randomSecret(): string {
  return randomBytes(24).toString('base64url')
}
