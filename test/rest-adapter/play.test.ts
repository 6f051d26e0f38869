import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startEmulator } from '../../fin-emulator/emulator.js'
import { readConversations } from '../../fin-emulator/play/file.js'
import { playAll } from '../../fin-emulator/play/play.js'
import { projectRoot } from '../../src/root.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { variants } from './contracts.js'

const sample = readConversations(path.join(projectRoot, 'fin-emulator', 'sample-conversations.ndjson'))
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test.each(variants)(
  '8 at a time, Fin’s copy of each conversation equals the helpdesk’s: %s',
  { timeout: 300_000 },
  async (variant) => {
    const { identifier, webhookKey, inboxId, ...fin } = await server.createFin({ signingSecret: 'a key' })
    const emulator = await startEmulator({ identifier, webhookKey, retryDelayMs: 1 })
    onTestFinished(() => emulator.stop())
    await emulator.connect({ helpdesk: server.url, variant, signingSecret: 'a key', ...fin })

    expect(sample.length).toBeGreaterThanOrEqual(50)
    const played = await playAll(emulator, sample, 8)
    expect(played.filter(({ difference }) => difference !== null)).toEqual([])
    const { rows } = await server.app.db.pool.query(
      `select count(distinct c.id)::int as conversations, count(m.id)::int as messages
       from conversation c join message m on m.conversation_id = c.id
       join fin_integration f on f.id = c.integration_id where f.inbox_id = c.inbox_id and c.integration_id = $1`,
      [await integrationId(fin.clientId)],
    )
    const messages = played.reduce((sum, one) => sum + one.messages, 0)
    expect(rows).toEqual([{ conversations: sample.length, messages }])
  },
)

async function integrationId(clientId: string): Promise<string> {
  const client = await server.app.db.prisma.oAuthClient.findUniqueOrThrow({ where: { clientId } })
  return client.integrationId
}
