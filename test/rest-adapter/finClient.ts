import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { TestFin, TestServer } from '../support/server.js'
import { expectProblem, expectSuccess, type VariantName } from './contracts.js'

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Body = any

/** Where each operation lives: its REST method and path, its POST-only path. */
export const routes = {
  getUser: ['GET', '/user', '/get_user'],
  updateUser: ['PUT', '/user', '/update_user'],
  createUser: ['POST', '/user', '/create_user'],
  getAgents: ['GET', '/agents', '/get_agents'],
  getConversation: ['GET', '/conversation', '/get_conversation'],
  updateConversation: ['PUT', '/conversation', '/update_conversation'],
  createConversation: ['POST', '/conversation', '/create_conversation'],
  getMessages: ['GET', '/messages', '/get_messages'],
  createMessage: ['POST', '/messages', '/create_message'],
} as const

export type OperationName = keyof typeof routes

export interface FinClient {
  /** The bare HTTP exchange; the body may be given as it is to be sent. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  raw(operation: OperationName, parameters?: object): Promise<Response>
  /** What a successful operation is about, checked against the contract. */
  call(operation: OperationName, parameters?: object): Promise<Body>
  /** The problem of a refused one, checked against the contract. */
  refused(operation: OperationName, parameters: object, status: number): Promise<Body>
  /** A conversation with this first message; gives the pair. */
  open(given?: { user?: object; message?: object; [field: string]: unknown }): Promise<Body>
}

/** An id as Fin makes them. */
export const objectId = () => randomUUID()

/** A token from the token endpoint. */
export async function fetchToken(
  server: Pick<TestServer, 'url'>,
  fin: Partial<TestFin> & Pick<TestFin, 'clientId' | 'clientSecret'>,
): Promise<string> {
  const response = await fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: fin.clientId,
      client_secret: fin.clientSecret,
    }),
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as Body).access_token
}

/** Speaks one variant of the API. */
export function finClient(
  server: Pick<TestServer, 'url'>,
  token: string | null,
  variant: VariantName,
): FinClient {
  const send: FinClient['send'] = (method, path, body, headers = {}) =>
    fetch(`${server.url}/api/fin${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body:
        body === undefined ? undefined : typeof body === 'object' ? JSON.stringify(body) : (body as string),
    })

  const raw: FinClient['raw'] = (operation, parameters = {}) => {
    const [method, path, post] = routes[operation]
    if (variant === 'posts') return send('POST', post, parameters)
    if (method !== 'GET') return send(method, path, parameters)
    return send('GET', `${path}?${new URLSearchParams(parameters as Record<string, string>)}`)
  }

  const call: FinClient['call'] = async (operation, parameters) => {
    const response = await raw(operation, parameters)
    const body = (await response.json()) as Body
    expect(response.status, JSON.stringify(body)).toBe(operation.startsWith('create') ? 201 : 200)
    expectSuccess(variant, operation, response.status, body)
    if (variant === 'rest') return body
    if (operation.startsWith('create')) expect(body).toEqual({ data: body.data, ...body.data })
    return body.data
  }

  return {
    send,
    raw,
    call,
    refused: async (operation, parameters, status) =>
      expectProblem(variant, await raw(operation, parameters), status, operation),
    open: ({ user, message, attributes, ...given } = {}) => {
      const initial_message = {
        message_type: 'comment',
        body: '<p>Where is my parcel?</p>',
        author: { user_type: 'end_user' },
        visibility: 'public',
        object_id: objectId(),
        ...message,
      }
      const whose = user as { id?: string } | undefined
      return variant === 'posts'
        ? call('createConversation', { user, attributes, initial_message, object_id: objectId(), ...given })
        : call('createConversation', {
            user_id: whose?.id,
            initial_message: { ...initial_message, attributes },
            object_id: objectId(),
            ...given,
          })
    },
  }
}
