import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { soon } from './setup.js'

/** What a connection gets once it has subscribed, in this order; without an end it stays open. */
export interface Answer {
  events?: object[]
  /** GraphQL's error with this code, or of the document when it has none. */
  error?: string | null
  /** A result that could not be shown whole. */
  partial?: boolean
  complete?: boolean
  close?: number
}

/** A server that ends its sockets and subscriptions in whatever way a test wants. */
export interface ScriptedServer {
  url: string
  /** The cursors that so many connections asked to go on from, once they have. */
  after(connections: number): Promise<(string | null)[]>
  tokens: (string | undefined)[]
}

/** Answers one connection after the other; those after the last are served. */
export async function startScriptedServer(answers: Answer[]): Promise<ScriptedServer> {
  const after: (string | null)[] = []
  const tokens: ScriptedServer['tokens'] = []
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => 'graphql-transport-ws',
  })
  server.on('connection', (socket) => {
    const answer = answers.shift() ?? {}
    const send = (message: object) => socket.send(JSON.stringify(message))
    const next = (id: string, data: object) => send({ id, type: 'next', payload: { data } })
    socket.on('message', (text) => {
      const { type, id, payload } = JSON.parse(String(text))
      if (type === 'ping') send({ type: 'pong' })
      if (type === 'connection_init') {
        tokens.push(payload?.authorization)
        send({ type: 'connection_ack' })
      }
      if (type !== 'subscribe') return
      if (payload.query === '{ eventCursor }') {
        next(id, { eventCursor: 'start' })
        return send({ id, type: 'complete' })
      }
      after.push(payload.variables.after)
      for (const event of answer.events ?? []) next(id, { events: { type: 'TITLE_CHANGED', ...event } })
      if (answer.error !== undefined) {
        const extensions = answer.error === null ? {} : { code: answer.error }
        send({ id, type: 'error', payload: [{ message: 'As the test wants', extensions }] })
      }
      if (answer.partial) {
        const errors = [{ message: 'As the test wants', extensions: { code: 'INTERNAL' } }]
        send({ id, type: 'next', payload: { data: { events: { cursor: 'two', type: null } }, errors } })
      }
      if (answer.complete) send({ id, type: 'complete' })
      if (answer.close) socket.close(answer.close, 'As the test wants')
    })
  })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    after: (connections) =>
      vi.waitFor(() => {
        if (after.length < connections) throw new Error(`Only ${after.length} have subscribed`)
        return after
      }, soon),
    tokens,
  }
}
