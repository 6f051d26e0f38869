// The hand-written limit: the same requests and the same answers as Graphdesk's, by node:http and pg, with no GraphQL,
// no rights, no checks and no log to number. A program of its own; the environment says DATABASE_URL and AGENT_ID.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { newId } from '../src/ids.js'
import * as json from './limitJson.js'
import { statements } from './limitStatements.js'
import { storedId } from './storedId.js'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const agentId = process.env.AGENT_ID

interface Message {
  object_id: string
  body: string
}

interface Body extends Partial<Message> {
  title?: string
  user?: { id: string }
  initial_message?: Message
  variables?: { inboxId: string; assigneeId: string; id: string; body: string }
  conversation_id?: string
  after_id?: string
  operationName?: string
}

const textArray = 1009

/** Values stay the text that PostgreSQL sends. */
const types = {
  getTypeParser: (oid: number) => (oid === textArray ? pg.types.getTypeParser(oid as never) : asText),
} as never
const asText = (text: string) => text

async function rows(name: keyof typeof statements, values: unknown[]): Promise<json.Row[]> {
  const text = statements[name]
  const result = await pool.query({ name, text, values, rowMode: 'array', types } as pg.QueryArrayConfig)
  return result.rows
}

const plain = (body: string) => body.replace(/<[^>]*>/g, '')

async function answer(path: string, given: Body) {
  const { operationName, variables, conversation_id = '', after_id = '' } = given
  switch (operationName ?? path) {
    case 'Inbox': {
      const { inboxId = '', assigneeId = '' } = variables ?? {}
      return json.inbox(await rows('inbox', [storedId(inboxId), storedId(assigneeId)]))
    }
    case 'Timeline': {
      const id = storedId(variables?.id ?? '')
      const [[conversation = []], messages] = await Promise.all([
        rows('conversation', [id]),
        rows('timeline', [id]),
      ])
      return json.timeline(conversation, messages)
    }
    case 'Reply': {
      const { id = '', body = '' } = variables ?? {}
      const [row = []] = await rows('reply', [storedId(id), newId(), agentId, body, plain(body)])
      return json.reply(row)
    }
    case 'MarkRead': {
      const [row = []] = await rows('markRead', [storedId(variables?.id ?? ''), agentId])
      return json.markRead(row)
    }
    case '/api/fin/create_conversation': {
      const { object_id, title, user, initial_message: first } = given
      const body = first?.body ?? ''
      const written = [newId(), newId(), storedId(user?.id ?? ''), object_id, first?.object_id, title, body]
      const [row = []] = await rows('opened', [...written, plain(body)])
      return json.opened(row)
    }
    case '/api/fin/create_message': {
      const { object_id, body = '' } = given
      const [row = []] = await rows('received', [
        storedId(conversation_id),
        newId(),
        object_id,
        body,
        plain(body),
      ])
      return json.received(conversation_id, row)
    }
    default:
      return json.unseen(
        conversation_id,
        await rows('unseen', [storedId(conversation_id), storedId(after_id)]),
      )
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    answer(request.url ?? '', JSON.parse(Buffer.concat(chunks).toString())).then(
      (text) => {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
        response.writeHead(200, headers).end(text)
      },
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`Limit ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
