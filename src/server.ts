import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import express, { type RequestHandler } from 'express'
import { finApi } from '../rest-adapter/adapter.js'
import { tokenEndpoint } from '../rest-adapter/token.js'
import { type App, type AppOptions, openApp } from './app.js'
import { systemClock } from './clock.js'
import { startFileCopies } from './file/copy.js'
import { addressBehind, type TrustProxy, trustIn } from './http/clientAddress.js'
import { documentsFor, executeFor } from './http/documents.js'
import { openDrain } from './http/drain.js'
import { files } from './http/files.js'
import { front } from './http/front.js'
import { graphqlApi } from './http/graphql.js'
import { operations } from './http/operations.js'
import { page } from './http/page.js'
import { type Limit, limitedOperations, limitedRequests, tooMany } from './http/rateLimit.js'
import { startRechecks } from './http/rechecks.js'
import { openSharing } from './http/sharing/share.js'
import { type Report, shownErrors } from './http/shownErrors.js'
import { type SocketOptions, serveSockets } from './http/sockets/serve.js'
import { unanswered } from './http/unanswered.js'
import { crossOrigin, uploads } from './http/uploads.js'
import { openYoga } from './http/yoga.js'
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
  trustProxy?: TrustProxy
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

/**
 * How long a connection is kept that nobody uses, in ms. Longer than proxies and clients keep theirs, up to ten minutes: the
 * one who closes first never closes onto a request that is on its way, and most do not repeat a POST.
 */
const unused = 620_000

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
    const drain = openDrain()
    const trust = trustIn(options.trustProxy ?? false)
    const addressOf = addressBehind(trust)
    const newLimit = () => limitedRequests(options.rateLimit, addressOf)

    const rechecks = startRechecks(app, { every: options.recheckEvery, report: options.report })
    undo.push(rechecks.stop)
    const sharing = openSharing(app, {
      shownError: shownErrors(options.report),
      settled: rechecks.settled,
    })
    const yoga = openYoga(app, { ...options, sharing, rechecks })
    const graphql = graphqlApi(app, { yoga, limit: newLimit(), report: options.report })
    const fin = await finApi(app, executeFor(app), { limit: newLimit(), addressOf, report: options.report })
    const health = operations(app, drain)
    undo.push(health.stop)
    const web = express().disable('x-powered-by').set('trust proxy', trust)
    web.use(health.router)
    web.use('/oauth/token', limitedTokens(newLimit()), tokenEndpoint(app, options))
    web.use('/api/fin', fin.pages)
    web.use('/files', crossOrigin(options.corsOrigins), files(app, options), uploads(app, options))
    web.use(page())
    web.use(unanswered(options.report))
    const server = createServer({ keepAliveTimeout: unused }, front(drain, [graphql, fin], web))

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

function limitedTokens(limit: Limit): RequestHandler {
  return async (request, response, next) => {
    const { wait } = await limit(request, response)
    if (wait === null) return next()
    response.status(429).json({ error: 'temporarily_unavailable', error_description: tooMany(wait) })
  }
}
