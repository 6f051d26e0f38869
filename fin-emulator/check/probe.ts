import { randomUUID } from 'node:crypto'
import { type Dispatcher, request } from 'undici'
import { tokenAddress, type VariantName } from '../connection.js'
import { signatureHeaders, sortedParameters } from '../signature.js'
import type { Operation, Variant } from '../variant.js'
import { postsVariant } from '../variantPosts.js'
import { restVariant } from '../variantRest.js'
import { addressOf, type Checked } from './address.js'

/** How a helpdesk answered. */
export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Parsed; null when it is no JSON. */
  body: Json
  /** What the answer is about, out of any envelope, also one that the variant does not have. */
  object: Json
}

// biome-ignore lint/suspicious/noExplicitAny: what a foreign helpdesk answers is found out by looking
export type Json = any

export interface CallOptions {
  /** In place of the token; null: none. */
  token?: string | null
  /** In place of the signature, which is null for none. */
  sign?: ((secret: string, signed: string) => Record<string, string>) | null
  /** In place of the parameters: a body as it is sent. */
  raw?: string
}

/** Looks at a helpdesk through one variant of the API. Each look makes what it needs itself, and relies on ids only. */
export interface Probe {
  connection: Checked
  variant: VariantName
  /** The agent who stands for Fin. */
  agentId: string
  call(operation: Operation, parameters?: object, options?: CallOptions): Promise<Answer>
  /** A request of the token endpoint. */
  token(body: string | null, headers: Record<string, string>): Promise<Answer>
  /** The id of a new user. */
  user(given?: object): Promise<string>
  /** As get_user shows it; throws where it does not. */
  readUser(user_id: string): Promise<Json>
  /** A new conversation: how it was answered, and its id. */
  open(given?: Opening): Promise<Answer & { id: string; userId: string | null }>
  /** How a message of the end-user was answered. */
  say(conversation_id: string, message?: object): Promise<Answer>
  conversation(conversation_id: string): Promise<Json>
  messages(conversation_id: string, after_id?: string): Promise<Json[]>
  /** How an update_conversation was answered. */
  update(conversation_id: string, change: object): Promise<Answer>
}

export interface Opening {
  title?: unknown
  /** Its user; null: none is named. */
  user?: object | null
  attributes?: object
  message?: object | null
  objectId?: string
}

const variants: Record<VariantName, Variant> = { posts: postsVariant, rest: restVariant }

/** An id as Intercom makes them. */
export const objectId = () => randomUUID()

/** Opens a way to look; `token` opens the helpdesk, `dispatcher` carries the requests. */
export function createProbe(
  connection: Checked,
  token: string,
  agentId: string,
  dispatcher: Dispatcher,
): Probe {
  const { variant } = connection
  const { routes } = variants[variant]

  async function exchange(
    url: string | URL,
    method: Dispatcher.HttpMethod,
    headers: object,
    body: string | null,
  ) {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: headers as Record<string, string>,
      body,
    })
    const parsed = parse(await answer.body.text())
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: parsed,
      object: parsed?.data ?? parsed,
    }
  }

  async function call(
    operation: Operation,
    parameters: object = {},
    options: CallOptions = {},
  ): Promise<Answer> {
    const { method, path } = routes[operation]
    const url = addressOf(connection, operation, path)
    if (method === 'GET') {
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value))
    }
    const body = method === 'GET' ? null : (options.raw ?? JSON.stringify(parameters))
    const bearer = options.token === undefined ? token : options.token
    const sign = options.sign === undefined ? signatureHeaders : options.sign
    const headers = {
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...(body !== null && { 'content-type': 'application/json' }),
      ...(connection.signingSecret &&
        sign?.(connection.signingSecret, body ?? sortedParameters(url.searchParams))),
    }
    return exchange(url, method, headers, body)
  }

  async function idOf(answer: Answer, what: string, object: Json): Promise<string> {
    if (typeof object?.id === 'string') return object.id
    throw new Error(
      `no ${what} could be made: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 200)}`,
    )
  }

  const user: Probe['user'] = async (given = {}) => {
    const made = await call('create_user', {
      name: 'Ada Probe',
      email: null,
      object_id: objectId(),
      ...given,
    })
    return idOf(made, 'user', made.object)
  }

  const open: Probe['open'] = async (given = {}) => {
    const whose = given.user === undefined ? { id: await user() } : given.user
    const first = { message_type: 'comment', body: '<p>Is anybody there?</p>', visibility: 'public' }
    const author = { ...whose, user_type: 'end_user' }
    const message =
      given.message === null ? null : { ...first, author, object_id: objectId(), ...given.message }
    const common = { title: given.title ?? null, object_id: given.objectId ?? objectId() }
    const { attributes } = given
    const parameters =
      variant === 'posts'
        ? { ...common, ...(whose && { user: whose }), attributes, initial_message: message }
        : {
            ...common,
            ...(whose && { user_id: (whose as { id?: string }).id }),
            initial_message: message && { ...message, attributes },
          }
    const answer = await call('create_conversation', parameters)
    const id = answer.object?.conversation?.id
    return {
      ...answer,
      id: typeof id === 'string' ? id : '',
      userId: (whose as { id?: string } | null)?.id ?? null,
    }
  }

  return {
    connection,
    variant,
    agentId,
    call,
    user,
    readUser: async (user_id) => readable(await call('get_user', { user_id }), isObject),
    open: async (given) => {
      const opened = await open(given)
      if (opened.id === '' && !given) await idOf(opened, 'conversation', null)
      return opened
    },
    token: (body, headers) => exchange(tokenAddress(connection), 'POST', headers, body),
    say: (conversation_id, message = {}) =>
      call('create_message', {
        conversation_id,
        message_type: 'comment',
        body: '<p>Hello</p>',
        author: { user_type: 'end_user' },
        visibility: 'public',
        object_id: objectId(),
        ...message,
      }),
    conversation: async (conversation_id) => (await call('get_conversation', { conversation_id })).object,
    messages: async (conversation_id, after_id) => {
      const { object } = await call('get_messages', { conversation_id, ...(after_id && { after_id }) })
      return Array.isArray(object) ? object : []
    },
    update: (conversation_id, change) => call('update_conversation', { conversation_id, ...change }),
  }
}

const isObject = (value: Json) => typeof value === 'object' && value !== null

function readable({ status, body, object }: Answer, isRight: (object: Json) => boolean): Json {
  if (status < 300 && isRight(object)) return object
  throw new Error(`nothing could be read: ${status} ${JSON.stringify(body)?.slice(0, 200)}`)
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
