import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import { createFaults } from './fakeFaults.js'
import { operations } from './fakeOperations.js'

/** A helpdesk in memory that speaks both variants over HTTP, for the emulator's tests. */
export type FakeHelpdesk = Awaited<ReturnType<typeof startFakeHelpdesk>>

/** One call as it arrived. */
export interface Received {
  operation: string
  parameters: Record<string, unknown>
  headers: Request['headers']
  /** Of a GET the query, else the body, as sent. */
  raw: string
}

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

export async function startFakeHelpdesk() {
  const { data, run } = operations()
  const faults = createFaults()
  const received: Received[] = []
  const tokens = { issued: 0, valid: '' }
  let raw = ''

  const app = express()
  const verify = (_request: unknown, _response: unknown, body: Buffer) => {
    raw = body.toString()
  }
  app.use(express.json({ verify }))
  app.post('/oauth/token', express.urlencoded(), (request, response) => {
    if (request.body.client_secret !== 'secret') {
      response.status(401).json({ error: 'invalid_client' })
      return
    }
    tokens.issued += 1
    tokens.valid = `token-${tokens.issued}`
    response.json({ access_token: tokens.valid, token_type: 'Bearer', expires_in: 3600 })
  })
  app.use('/api/fin', (request: Request, response: Response, next: NextFunction) => {
    if (request.get('authorization') === `Bearer ${tokens.valid}`) next()
    else response.status(401).json({ title: 'Unauthorized', status: 401 })
  })

  const handle = (operation: string, enveloped: boolean) => async (request: Request, response: Response) => {
    const parameters = request.method === 'GET' ? request.query : request.body
    const sent = request.method === 'GET' ? (request.url.split('?')[1] ?? '') : raw
    received.push({ operation, parameters, headers: request.headers, raw: sent })
    const fault = await faults.meet(operation)
    if (fault) {
      if (fault.done) run(operation, parameters)
      response.status(fault.status).json({ title: 'Fault', status: fault.status })
      return
    }
    const [status, found] = run(operation, parameters)
    if (status >= 400) response.status(status).json(enveloped ? { data: null, error: found } : found)
    else response.status(status).json(enveloped && operation !== 'create_user' ? { data: found } : found)
  }
  for (const [operation, method, path] of routes) {
    app[method](`/api/fin${path}`, handle(operation, false))
    app.post(`/api/fin/${operation}`, handle(operation, true))
  }

  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...data,
    ...faults,
    received,
    tokens,
    count: (operation: string) => received.filter((call) => call.operation === operation).length,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
