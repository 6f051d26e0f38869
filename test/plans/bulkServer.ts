import { vi } from 'vitest'
import type { Bulk } from '../../bench/data.js'
import { publicId } from '../../src/ids.js'
import { fillWithBulk } from '../support/bulk.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { type Issued, type Recorder, recordStatements } from './statements.js'

export interface BulkServer extends TestServer {
  /** Public ids; the busiest first. */
  inboxIds: string[]
  agentIds: string[]
  /** Conversations of the first inbox with 60 messages. */
  longIds: string[]
  /** What Fin, of the first inbox, is told of a conversation's messages. */
  finMessages(conversationId?: string, afterId?: string): Promise<unknown[]>
  recorder: Recorder
  /**
   * The names of the statements that a request issues, but for who asks, which is looked up once a second and token. The
   * fewest of five times: what a timer does meanwhile only adds.
   */
  issuedBy(request: () => Promise<unknown>): Promise<string[]>
  /** The one statement that serving a request issues whose name begins so. */
  statementOf(beginning: string, request: () => Promise<unknown>): Promise<Issued>
}

/** A server full of skewed data whose statements are recorded. */
export async function startBulkServer(conversations: number): Promise<BulkServer> {
  const server = await startTestServer()
  const bulk: Bulk = await fillWithBulk(server, conversations)
  const inboxIds = bulk.inboxIds.map((id) => publicId('Inbox', id))
  const staticToken = 'a-fixed-token-of-more-than-32-characters'
  await server.createFin({ inboxId: inboxIds[0], staticToken })
  const recorder = recordStatements()
  /** Fin's listener has read what happened: it does not read between the statements that are looked for. */
  async function told() {
    const { rows } = await server.app.db.pool.query(behind)
    if (rows[0].count !== '0') throw new Error('Fin is not told of everything yet.')
  }
  return {
    ...server,
    inboxIds,
    agentIds: bulk.agentIds.map((id) => publicId('Agent', id)),
    longIds: bulk.longIds.map((id) => publicId('Conversation', id)),
    async finMessages(conversationId, afterId) {
      const response = await fetch(`${server.url}/api/fin/get_messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${staticToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ conversation_id: conversationId, after_id: afterId }),
      })
      return ((await response.json()) as { data: unknown[] }).data
    },
    recorder,
    async issuedBy(request) {
      const times: string[][] = []
      while (times.length < 5) {
        await vi.waitFor(told, { timeout: 10_000 })
        const issued = await recorder.of(request)
        times.push(issued.map(({ name }) => name).filter((name) => name !== 'token.principal'))
      }
      return times.reduce((fewest, next) => (next.length < fewest.length ? next : fewest))
    },
    async statementOf(beginning, request) {
      const issued = await recorder.of(request)
      const [statement, ...others] = issued.filter(({ name }) => name.startsWith(beginning))
      if (statement && others.length === 0) return statement
      throw new Error(`Not one ${beginning} among ${issued.map(({ name }) => name).join(', ')}.`)
    },
    async stop() {
      recorder.stop()
      await server.stop()
    },
  }
}

const behind = `select (select count(*) from event_pending) + (
  select count(*) from listener l join fin_integration i on i.id = l.integration_id
    join event_feed f on f.position > l.position join event e on e.id = f.event_id and e.inbox_id = i.inbox_id
   where e.origin <> 'FIN') as count`
