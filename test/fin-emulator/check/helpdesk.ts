import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import type { VariantName } from '../../../fin-emulator/connection.js'

// biome-ignore lint/suspicious/noExplicitAny: a helpdesk that is broken on purpose
type Json = any

/** One call of one operation, while it is carried out. */
export interface Call {
  operation: string
  parameters: Json
  isRest: boolean
}

export interface Answer {
  status: number
  /** What it is about; null for an error, which stands in `error`. */
  object: Json
  error?: Json
  /** Whether it stands at the top level, and under `data`. */
  bare: boolean
  data: boolean
}

/** What a helpdesk does otherwise than Fin relies on. */
export interface Breakage {
  /** Before a call is carried out: changes its parameters, or answers itself. */
  before?(call: Call): Partial<Answer> | undefined
  /** After it. */
  after?(call: Call, answer: Answer): void
  /** Of the token endpoint: changes what it gives. */
  token?(request: Request, answer: { status: number; body: Json }): void
  /** Whether the Authorization value opens the door. */
  lets?(authorization: string | undefined, request: Request): boolean
  /** Without the challenge. */
  noChallenge?: boolean
  /** Whether a signature fits; asked after the right answer is known. */
  fits?(signature: Signature, right: boolean): boolean
  /** Instead of 400 for a body that is no JSON. */
  malformed?: number
  /** Rules of the store. */
  rules?: Partial<Rules>
}

export interface Signature {
  secret: string
  timestamp: string
  signed: string
  given: string
}

interface Rules {
  repeats: boolean
  bumps: boolean
  mergesUser: boolean
  removes: boolean
  mergesConversation: boolean
  addsTags: boolean
  keepsTitle: boolean
}

const usual: Rules = {
  repeats: true,
  bumps: false,
  mergesUser: true,
  removes: true,
  mergesConversation: true,
  addsTags: false,
  keepsTitle: true,
}

export const clientId = 'client'
export const clientSecret = 'a secret'
export const signingSecret = 'a signing secret'
const token = 'the-token'
const fin = {
  id: 'agent_fin',
  user_type: 'agent',
  name: 'Fin',
  email: 'fin@example.com',
  photo_url: null,
  alias: 'Fin',
  alias_name: 'Fin',
}

/** Where an operation lives; by default where it is documented. */
type PathOf = (operation: string, variant: VariantName) => string | undefined

const routes: [string, 'get' | 'post' | 'put', string][] = [
  ['get_user', 'get', '/user'],
  ['update_user', 'put', '/user'],
  ['create_user', 'post', '/user'],
  ['get_agents', 'get', '/agents'],
  ['get_conversation', 'get', '/conversation'],
  ['update_conversation', 'put', '/conversation'],
  ['create_conversation', 'post', '/conversation'],
  ['get_messages', 'get', '/messages'],
  ['create_message', 'post', '/messages'],
]

/** A helpdesk in memory that does all that Fin relies on, but for what is broken. */
export async function startHelpdesk(broken: Breakage = {}, pathOf: PathOf = () => undefined) {
  const run = store({ ...usual, ...broken.rules })
  const app = express()
  app.use(express.raw({ type: () => true }))
  app.post('/oauth/token', (request, response) => {
    const answer = tokenAnswer(request)
    broken.token?.(request, answer)
    response.status(answer.status).json(answer.body)
  })

  const handle = (operation: string, isRest: boolean) => (request: Request, response: Response) => {
    const isIn = broken.lets ?? ((authorization) => authorization === `Bearer ${token}`)
    if (!isIn(request.headers.authorization, request) || !isSigned(request)) {
      if (!broken.noChallenge) response.set('WWW-Authenticate', 'Bearer')
      response.status(401).json({})
      return
    }
    const parameters = request.method === 'GET' ? request.query : parse(request.body)
    if (parameters === undefined) {
      response.status(broken.malformed ?? 400).json({})
      return
    }
    const call = { operation, parameters, isRest }
    const { bare, data } = envelope(call)
    const early = broken.before?.(call)
    const answer: Answer = early
      ? { status: 200, object: null, bare, data, ...early }
      : { ...run(operation, parameters), bare, data }
    if (answer.status >= 400) {
      answer.error ??= { type: 'about:blank', title: 'Refused', status: answer.status }
      answer.object = isRest ? answer.error : null
    }
    answer.object = structuredClone(answer.object)
    broken.after?.(call, answer)
    response.status(answer.status)
    if (answer.status >= 400 && !isRest) response.json({ data: answer.object, error: answer.error })
    else if (Array.isArray(answer.object))
      response.json(answer.data ? { data: answer.object } : answer.object)
    else response.json({ ...(answer.bare && answer.object), ...(answer.data && { data: answer.object }) })
  }
  for (const [operation, method, path] of routes) {
    app[method](pathOf(operation, 'rest') ?? `/api/fin${path}`, handle(operation, true))
    app.post(pathOf(operation, 'posts') ?? `/api/fin/${operation}`, handle(operation, false))
  }

  function isSigned(request: Request): boolean {
    const { 'x-fin-signature': given, 'x-fin-request-timestamp': timestamp } = request.headers
    const query = [...new URL(request.url, 'http://here').searchParams].length
    const signed =
      request.method === 'GET'
        ? (request.url.split('?')[1] ?? '').split('&').sort().slice(0, Math.max(query, 1)).join('&')
        : Buffer.isBuffer(request.body)
          ? request.body.toString()
          : ''
    const signature = {
      secret: signingSecret,
      timestamp: String(timestamp ?? ''),
      signed,
      given: String(given ?? ''),
    }
    const isFresh = Math.abs(Date.now() / 1_000 - Number(signature.timestamp)) < 300
    const right = isFresh && fitsAnyForm(signature)
    return broken.fits?.(signature, right) ?? right
  }

  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const digestOf = ({ secret, timestamp, signed }: Signature) =>
  createHmac('sha256', secret).update(`${timestamp}:${signed}`).digest()

function fitsAnyForm(signature: Signature): boolean {
  const digest = digestOf(signature)
  const given = signature.given.replace('sha256=', '')
  return given.toLowerCase() === digest.toString('hex') || given === digest.toString('base64')
}

function envelope({ operation, isRest }: Call): { bare: boolean; data: boolean } {
  return { bare: isRest || operation.startsWith('create'), data: !isRest }
}

function tokenAnswer({ headers, body }: Request): { status: number; body: Json } {
  const text = body.toString()
  const isJson = headers['content-type'] === 'application/json'
  const given = isJson ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
  const basic = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString()
  const [id, secret] = basic
    ? basic.split(':').map(decodeURIComponent)
    : [given.client_id, given.client_secret]
  if (given.grant_type !== 'client_credentials')
    return { status: 400, body: { error: 'unsupported_grant_type' } }
  if (id !== clientId || secret !== clientSecret) return { status: 401, body: { error: 'invalid_client' } }
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3_600 } }
}

function parse(body: unknown): Json {
  try {
    return JSON.parse(Buffer.isBuffer(body) && body.length > 0 ? body.toString() : '{}')
  } catch {
    return undefined
  }
}

/** The nine operations over maps. */
function store(rules: Rules) {
  const all = new Map<string, Json>()
  const known = new Map<string, string>()
  let count = 0
  let now = Date.parse('2026-01-01T00:00:00.000Z')
  const time = () => {
    now += 1_000
    return new Date(now).toISOString()
  }
  const messagesOf = (id: string) => [...all.values()].filter((one) => one.conversation_id === id)

  function create(kind: string, object_id: unknown, make: () => Json): Json {
    const before = known.get(`${kind} ${object_id}`)
    if (before && object_id && rules.repeats) return all.get(before)
    const made = { id: `${kind}_${++count}`, ...make() }
    all.set(made.id, made)
    known.set(`${kind} ${object_id}`, made.id)
    return made
  }

  const text = (value: unknown) => (typeof value === 'string' ? value : null)

  const user = ({ object_id, name, email, attributes }: Json) =>
    create('user', object_id, () => ({
      user_type: 'end_user',
      name: text(name),
      email: text(email)?.includes('@') ? email : null,
      photo_url: null,
      attributes: { ...attributes },
    }))

  function message(conversation: Json, given: Json): Json {
    const { body, attachments, author, visibility, created_at } = given
    return create('msg', given.object_id, () => ({
      conversation_id: conversation.id,
      message_type: 'comment',
      body: text(body)?.replace(/<script>.*?<\/script>/g, '') ?? '',
      author: author?.user_type === 'agent' ? fin : conversation.user,
      visibility: visibility === 'private' ? 'private' : 'public',
      attachments: attachments ?? [],
      created_at: Number.isNaN(Date.parse(created_at)) ? time() : created_at,
    }))
  }

  const isEmpty = (given: Json) => !given?.body && !given?.attachments?.length

  function open(given: Json): Json {
    const first = given.initial_message
    if (isEmpty(first)) return { status: 400 }
    const named = all.get(given.user?.id ?? given.user_id)
    const conversation = create('conv', given.object_id, () => ({
      status: 'open',
      user: named ?? user({ name: null }),
      title: text(given.title),
      tags: [],
      attributes: { ...(given.attributes ?? first.attributes) },
      assignee: fin,
      created_at: time(),
      updated_at: time(),
    }))
    return { status: 201, object: { conversation, message: message(conversation, first) } }
  }

  function update(conversation: Json, given: Json): Json {
    const before = JSON.stringify(conversation)
    const { title, tags, attributes, status, assignee_id } = given
    if (!rules.keepsTitle || title != null) conversation.title = text(title)
    if (Array.isArray(tags)) conversation.tags = rules.addsTags ? [...conversation.tags, ...tags] : tags
    if (attributes)
      conversation.attributes = { ...(rules.mergesConversation && conversation.attributes), ...attributes }
    if (['open', 'resolved', 'closed', 'ended'].includes(status)) conversation.status = status
    if (assignee_id !== undefined) conversation.assignee = assignee_id === null ? null : fin
    Object.assign(conversation.user.attributes, given.user?.attributes)
    if (JSON.stringify(conversation) !== before || rules.bumps) conversation.updated_at = time()
    return { status: 200, object: conversation }
  }

  return (operation: string, given: Json): { status: number; object: Json } => {
    const found = all.get(given.user_id ?? given.conversation_id)
    const missing = { status: 404, object: null }
    switch (operation) {
      case 'create_user':
        return { status: 201, object: user(given) }
      case 'get_user':
        return found ? { status: 200, object: found } : missing
      case 'update_user': {
        if (!found) return missing
        const merged = { ...(rules.mergesUser && found.attributes), ...given.attributes }
        const kept = Object.entries(merged).map(([key, value]) => [
          key,
          value ?? (rules.removes ? null : found.attributes[key]),
        ])
        found.attributes = Object.fromEntries(kept.filter(([, value]) => value !== null))
        return { status: 200, object: found }
      }
      case 'get_agents':
        return { status: 200, object: [fin] }
      case 'create_conversation':
        return open(given)
      case 'get_conversation':
        return found ? { status: 200, object: found } : missing
      case 'update_conversation':
        return found ? update(found, given) : missing
      case 'create_message':
        if (!found) return missing
        return isEmpty(given) ? { status: 400, object: null } : { status: 201, object: message(found, given) }
      default: {
        if (!found) return missing
        const messages = messagesOf(found.id)
        return {
          status: 200,
          object: messages.slice(messages.findIndex(({ id }) => id === given.after_id) + 1),
        }
      }
    }
  }
}
