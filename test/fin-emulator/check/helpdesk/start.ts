import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import type { VariantName } from '../../../../fin-emulator/connection.js'
import type { Answer, Breakage, Call, Json } from './breakage.js'
import { accessToken } from './secrets.js'
import { fits, signatureOf } from './signed.js'
import { createStore } from './store.js'
import { tokenAnswer } from './token.js'

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
  const run = createStore(broken.rules)
  const app = express()
  app.use(express.raw({ type: () => true }))
  app.post('/oauth/token', (request, response) => {
    const answer = tokenAnswer(request)
    broken.token?.(request, answer)
    response.status(answer.status).json(answer.body)
  })

  const handle = (operation: string, isRest: boolean) => (request: Request, response: Response) => {
    if (!isLetIn(request)) {
      if (!broken.noChallenge) response.set('WWW-Authenticate', 'Bearer')
      response.status(broken.closed ?? 401).json({})
      return
    }
    const parameters = request.method === 'GET' ? request.query : parse(request.body)
    if (parameters === undefined) {
      response.status(broken.malformed ?? 400).json({})
      return
    }
    const call = { operation, parameters, isRest }
    const answer = carryOut(call)
    response.status(answer.status).json(bodyOf(answer, isRest))
  }
  for (const [operation, method, path] of routes) {
    app[method](pathOf(operation, 'rest') ?? `/api/fin${path}`, handle(operation, true))
    app.post(pathOf(operation, 'posts') ?? `/api/fin/${operation}`, handle(operation, false))
  }

  function isLetIn(request: Request): boolean {
    const { authorization } = request.headers
    const isIn = broken.lets?.(authorization, request) ?? authorization === `Bearer ${accessToken}`
    const signature = signatureOf(request)
    const isSigned = fits(signature)
    return isIn && (broken.fits?.(signature, isSigned) ?? isSigned)
  }

  function carryOut(call: Call): Answer {
    const place = { bare: call.isRest || call.operation.startsWith('create'), data: !call.isRest }
    const early = broken.before?.(call)
    const { status, object } = early ? { status: 200, object: null, ...early } : run(call)
    const answer: Answer = { status, object: structuredClone(object), ...place }
    if (status >= 400) answer.error = { type: 'about:blank', title: 'Refused', status }
    broken.after?.(call, answer)
    return answer
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

function bodyOf({ error, object, bare, data }: Answer, isRest: boolean): Json {
  if (error) return isRest ? error : { data: null, error }
  if (Array.isArray(object)) return data ? { data: object } : object
  return { ...(bare && object), ...(data && { data: object }) }
}

function parse(body: unknown): Json {
  try {
    return JSON.parse(Buffer.isBuffer(body) && body.length > 0 ? body.toString() : '{}')
  } catch {
    return undefined
  }
}
