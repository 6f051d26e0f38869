import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import express, { Router } from 'express'
import { finApi } from '../rest-adapter/adapter.js'
import { tooManyRequests } from '../rest-adapter/problem.js'
import { tokenEndpoint } from '../rest-adapter/token.js'
import { type App, type AppOptions, openApp } from './app.js'
import { systemClock } from './clock.js'
import { startFileCopies } from './file/copy.js'
import { documentsFor, executeFor } from './http/documents.js'
import { openDrain } from './http/drain.js'
import { files } from './http/files.js'
import { graphqlApi } from './http/graphql.js'
import { operations } from './http/operations.js'
import { page } from './http/page.js'
import { limited, limitedGuesses, limitedOperations, type Refuse, refuseGraphql } from './http/rateLimit.js'
import { startRechecks } from './http/rechecks.js'
import { openSharing } from './http/sharing/share.js'
import { type Report, shownErrors } from './http/shownErrors.js'
import { type SocketOptions, serveSockets } from './http/sockets/serve.js'
import { followRanges } from './networks.js'
import { startTimers } from './timers.js'
import { startWebhooks } from './webhooks/start.js'

export interface ServerOptions extends Omit<AppOptions, 'report' | 'publicUrl' | 'finRanges'> {
  host: string
  /** 0: any free port. */
  port: number
  publicUrl?: string
  corsOrigins: readonly string[]
  /** As in express: how many proxies, or which, to believe about the client's address; false: none. */
  trustProxy?: number | string | false
  allowPrivateWebhooks: boolean
  /** How long a listener of webhooks hears nothing before its place is moved on all the same, in ms. */
  idleAfter?: number
  /** Intercom's file of the networks that Fin calls from; looked at again as it changes. */
  finNetworksFile?: string
  /** Whether files may be copied from addresses that are not public. */
  allowPrivateFiles?: boolean
  /** A certificate authority to trust, besides the usual, when files are copied. */
  fileAuthority?: string
  sockets?: Pick<SocketOptions, 'pingEvery' | 'initWithin'>
  /** How often the tokens behind all that stays open are looked at, in ms. */
  recheckEvery?: number
  /** How long to go on serving after saying at /readyz that it stops, in ms. */
  drainFor?: number
  /** How long a cursor can be resumed, at least; for ever when left out. */
  eventRetentionDays?: number
  /** How long deliveries are kept after they are finished; for ever when left out. */
  deliveryRetentionDays?: number
  /** Requests a minute per token, or per address without one. */
  rateLimit: number
  report: Report
}

export interface RunningServer {
  /** Where it listens, without a slash at the end. */
  url: string
  app: App
  /** Ends every connection, finishes what is under way, and gives everything back. */
  stop(): Promise<void>
}

/** What is copied of files that come with messages, in bytes. */
const largestFile = 25 * 1024 * 1024

/** How long requests under way may take when the server stops, in ms. */
const patience = 10_000

/** Starts one node: GraphQL, the Fin API, listeners and deliveries. Throws when the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  let url = ''
  const now = () => (options.clock ?? systemClock).now().getTime()
  const app = await openApp({
    ...options,
    publicUrl: () => options.publicUrl ?? url,
    finRanges: options.finNetworksFile
      ? followRanges(options.finNetworksFile, now, options.report)
      : undefined,
  })
  const undo: (() => unknown)[] = [() => app.close()]
  try {
    const web = express()
    const server = createServer(web)
    web.disable('x-powered-by')
    const drain = openDrain()
    web.use(drain.middleware)
    web.set('trust proxy', options.trustProxy ?? false)

    const rechecks = startRechecks(app, { every: options.recheckEvery, report: options.report })
    undo.push(rechecks.stop)
    const sharing = openSharing(app, {
      shownError: shownErrors(options.report),
      settled: rechecks.settled,
    })
    const { yoga, router } = graphqlApi(app, { ...options, sharing, rechecks })
    const health = operations(app, drain)
    undo.push(health.stop)
    web.use(health.router)
    const limits = (refuse: Refuse) => {
      const guesses = limitedGuesses(Math.ceil(options.rateLimit / 10), refuse)
      return Router().use(guesses, limited(options.rateLimit, refuse))
    }
    web.use('/graphql', limits(refuseGraphql), router)
    web.use('/oauth/token', limits(refuseToken), tokenEndpoint(app, options))
    web.use(
      '/api/fin',
      await finApi(app, executeFor(app), {
        report: options.report,
        limit: limits(refuseFin),
      }),
    )
    web.use('/files', files(app))
    web.use(page())

    const sockets = serveSockets(app, server, yoga, {
      corsOrigins: options.corsOrigins,
      limit: limitedOperations(options.rateLimit),
      sharing,
      rechecks,
      report: options.report,
      ...options.sockets,
    })
    server.listen(options.port, options.host)
    await once(server, 'listening')
    undo.push(async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), patience)
      await closed
      clearTimeout(late)
    })
    const { port } = server.address() as AddressInfo
    const host = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(options.host) ? 'localhost' : options.host
    url = `http://${host}:${port}`

    const aside: App = { ...app, db: app.background }
    const webhooks = await startWebhooks(aside, {
      documents: documentsFor(aside, options.report),
      allowPrivate: options.allowPrivateWebhooks,
      alone: options.alone,
      idleAfter: options.idleAfter,
      report: options.report,
    })
    undo.push(webhooks.stop)
    undo.push(startTimers(aside, options).stop)
    const copies = startFileCopies(aside.db, aside.files, {
      largest: largestFile,
      allowPrivate: options.allowPrivateFiles ?? false,
      ca: options.fileAuthority,
      report: options.report,
    })
    undo.push(copies.stop)
    undo.push(async () => {
      drain.begin()
      await sockets.stop()
      await delay(options.drainFor ?? 0)
    })
    return { url, app, stop: () => stopAll(undo) }
  } catch (error) {
    await stopAll(undo)
    throw error
  }
}

async function stopAll(undo: (() => unknown)[]) {
  for (const step of undo.splice(0).reverse()) await step()
}

const refuseFin: Refuse = (seconds, _, next) => next(tooManyRequests(seconds))

const refuseToken: Refuse = (seconds, response) => {
  const error_description = `Too many requests; repeat in ${seconds} s.`
  response.status(429).json({ error: 'temporarily_unavailable', error_description })
}
