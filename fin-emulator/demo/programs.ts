import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from './freePort.js'
import { createGraphql, type Graphql } from './graphql.js'
import { startProgram } from './program.js'
import { makeIntegration } from './setUp.js'

/** A helpdesk and Fin, each a process of its own, connected with each other. */
export interface Programs {
  helpdeskUrl: string
  finUrl: string
  /** The inbox where Fin is. */
  inboxId: string
  admin: Graphql
  /** Rejects when one of the processes ends before it was stopped, with what it printed last. */
  broken: Promise<never>
}

/**
 * Starts both on an empty database in a temporary folder. Each thing that has to be undone goes onto `undo` at once, so
 * that a start that fails half-way can be undone too.
 */
export async function startPrograms(
  undo: (() => unknown)[],
  { sample }: { sample: boolean },
): Promise<Programs> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-demo-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  // Where root runs this, PostgreSQL's own user has to enter.
  chmodSync(folder, 0o755)

  const adminToken = randomSecret()
  const serverEnvironment = {
    DATA_DIR: path.join(folder, 'data'),
    PORT: '0',
    ADMIN_TOKEN: adminToken,
    SAMPLE_DATA: String(sample),
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

  const broken = Promise.race(
    [server, emulator].map(async ({ ended, printed }) => {
      const status = await ended
      throw new Error(`A process ended with ${status} in the middle of the demo:\n${printed.join('\n')}`)
    }),
  )
  broken.catch(() => {})
  return { helpdeskUrl: server.url, finUrl: emulator.url, inboxId: fin.inboxId, admin, broken }
}

function randomSecret(): string {
  return randomBytes(24).toString('base64url')
}
