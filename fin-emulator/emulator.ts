import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { type Activity, createActivity } from './activity.js'
import { activityRoutes } from './activityRoutes.js'
import { type Comparison, compare } from './compare.js'
import { connect } from './connect.js'
import type { Connection } from './connection.js'
import { errorResponse } from './errorResponse.js'
import { type Fin, NotConnectedError } from './fin.js'
import { reason } from './helpdeskError.js'
import { localPages } from './localPages.js'
import { messengerRoutes } from './messengerRoutes.js'
import { type Receiver, receiver } from './receiver.js'
import { createStore } from './store.js'
import { sync } from './sync.js'
import { createSyncQueue } from './syncQueue.js'

/** What an emulator needs to run. */
export interface EmulatorOptions extends Receiver {
  /** Default: a free port. */
  port?: number | undefined
  /** Default: 127.0.0.1. The control API has no authentication. */
  host?: string | undefined
  /** The helpdesk. It may be told later by `connect`, once the helpdesk knows this emulator's address. */
  connection?: Connection | undefined
  /** Between a failed sync and its repeat. Default: 60,000. */
  retryDelayMs?: number | undefined
  /** Compare the copies after each sync, at two calls more. Default: false. */
  compareAfterSync?: boolean | undefined
}

/** A running emulator. */
export interface Emulator {
  url: string
  activity: Activity
  /** Sets or replaces the helpdesk. */
  connect(connection: Connection): Promise<void>
  /** Compares all conversations with the helpdesk's, one after the other. */
  compareAll(): Promise<Comparison[]>
  stop(): Promise<void>
}

/** Starts a program that plays Fin: it receives webhooks, calls the helpdesk, and lets end-users write. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const activity = createActivity()
  const store = createStore()
  const compareAfterSync = options.compareAfterSync ?? false
  let helpdesk: Awaited<ReturnType<typeof connect>> | undefined

  const syncs = createSyncQueue({
    sync: (conversation) => sync(fin, conversation, { compareAfterSync }),
    retryDelayMs: options.retryDelayMs ?? 60_000,
    onFailure: (conversation, error, failures, willRetry) => {
      const next = willRetry ? 'will be repeated' : 'will not be repeated'
      const detail = `failure ${failures}, ${next}: ${reason(error)}`
      activity.add({ kind: 'error', name: 'sync', conversation, detail })
    },
  })
  const fin: Fin = {
    activity,
    store,
    syncs,
    helpdesk: () => {
      if (!helpdesk) throw new NotConnectedError()
      return helpdesk
    },
  }

  async function reconnect(connection: Connection): Promise<void> {
    const before = helpdesk
    helpdesk = await connect(connection, activity)
    await before?.close()
  }

  async function compareAll(): Promise<Comparison[]> {
    const found: Comparison[] = []
    for (const copy of store.conversations()) {
      found.push(await syncs.inTurn(copy.id, () => compare(fin, copy)))
    }
    return found
  }

  const app = express()
  app.disable('x-powered-by')
  app.use('/messenger', localPages)
  app.use(express.json({ limit: '1mb' }))
  app.use(receiver(fin, options))
  app.use('/messenger', messengerRoutes(fin))
  app.use(activityRoutes(activity))
  app.use(errorResponse)

  if (options.connection) await reconnect(options.connection)
  const server = createServer(app)
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    await helpdesk?.close()
    throw error
  }

  async function stop(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    await syncs.close()
    server.closeAllConnections()
    await closed
    await helpdesk?.close()
  }

  const { port } = server.address() as AddressInfo
  return { url: `http://${urlHost(options.host)}:${port}`, activity, connect: reconnect, compareAll, stop }
}

function urlHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
