import { type Clock, systemClock } from './clock.js'
import type { S3Options } from './config.js'
import { inBackground } from './database/background.js'
import { type Database, type DatabaseOptions, openDatabase } from './database/database.js'
import { type Listening, listen } from './database/listen.js'
import { checkListening, probeChannel } from './database/listenCheck.js'
import { keepsStatementNames } from './database/pooler.js'
import type { Attempt } from './delivery/attempt.js'
import { type LiveDeliveries, liveDeliveries } from './delivery/live.js'
import { type LogIdentity, logIdentity } from './events/cursor.js'
import { channel } from './events/numbering.js'
import { openReplica, type Replica } from './events/replica.js'
import { startTail, type Tail } from './events/tail.js'
import { s3Store } from './file/s3.js'
import { diskStore, type FileStore } from './file/store.js'
import type { UploadLimits } from './file/upload.js'
import { newId } from './ids.js'
import { type CallLog, openCallLog } from './integration/calls.js'
import { type Door, openDoor } from './integration/door.js'
import { type LiveMetrics, liveMetrics } from './metrics/live.js'
import { metricsFrom } from './metrics/source.js'
import type { Ranges } from './networks.js'
import { noticeChannel } from './notice/record.js'
import { type Secrets, secretsWith } from './secrets.js'
import { type Principals, principals } from './token/principal.js'
import { type SignInLimit, signInLimit } from './token/signIn.js'
import { typingChannel } from './typing/typing.js'

/** What every API of this node works with. */
export interface App {
  db: Database
  /** The same on a share of its connections, for work that no caller waits for. */
  background: Database
  /** Null without one. */
  replica: Replica | null
  listening: Listening
  tail: Tail
  metrics: LiveMetrics
  deliveries: LiveDeliveries
  /** Called for each attempt of this node to send a delivery, once it is over. */
  attempted: Set<(attempt: Attempt) => void>
  log: LogIdentity
  secrets: Secrets
  principals: Principals
  /** Of the Fin API. */
  door: Door
  /** Copies of files that came with messages, and uploaded ones. */
  files: FileStore
  uploadLimits: UploadLimits
  /** What integrations call. */
  calls: CallLog
  signInLimit: SignInLimit
  /** This process, among the nodes on one database. */
  node: string
  /** Where clients reach this installation, without a slash at the end. */
  publicUrl: () => string
}

export interface AppOptions {
  database: Omit<DatabaseOptions, 'clock' | 'log'>
  /** A streaming replica of it, for reads that may come from there. */
  replicaUrl?: string
  secretKey: string
  /** A folder for files; several nodes must share it. */
  filesDir: string
  /** A bucket for them instead. */
  filesS3?: S3Options
  /** Of files that agents upload; 25 MiB, and all types but programs, when left out. */
  uploadLimits?: UploadLimits
  publicUrl: () => string
  clock?: Clock
  /** The networks that Fin calls from, by region. */
  finRanges?: () => Ranges
  /** Nobody else works on this database, and nothing stands before it, as with the embedded one. */
  alone?: boolean
  /** Faults in the background, such as a lost connection. */
  report: (error: Error) => void
}

/** With a replica, in ms: the primary can answer instead. */
const impatient = { connectWithin: 1_000, answerWithin: 2_000 }

/** Opens the database and begins to tail the log. */
export async function openApp(options: AppOptions): Promise<App & { close(): Promise<void> }> {
  const { report, replicaUrl } = options
  const preparedStatements = await namesFor(options)
  const settings = { ...options.database, preparedStatements, clock: options.clock ?? systemClock }
  const files = options.filesS3 ? await s3Store(options.filesS3) : diskStore(options.filesDir)
  const db = openDatabase({ ...settings, log: report })
  try {
    const log = await logIdentity(db)
    const listening = listen(db.directUrl, [channel, typingChannel, noticeChannel, probeChannel], report)
    const endCheck = checkListening(db, listening, report)
    const tail = await startTail(db, listening, report)
    const secrets = secretsWith(options.secretKey)
    // One more belongs to the tail.
    const share = Math.max(1, Math.floor(options.database.poolSize / 2) - 1)
    const background = inBackground(db, share)
    const calls = openCallLog(background, report)
    const replica = replicaUrl
      ? await openReplica(openDatabase({ ...settings, ...impatient, url: replicaUrl }), log, report)
      : null
    const metrics = liveMetrics(db.clock, metricsFrom({ db: background, tail, replica }), report)
    const deliveries = liveDeliveries(background, report)
    return {
      db,
      background,
      replica,
      listening,
      tail,
      metrics,
      deliveries,
      attempted: new Set(),
      log,
      secrets,
      calls,
      files,
      uploadLimits: options.uploadLimits ?? { largest: 25 * 1024 * 1024, types: [] },
      door: openDoor(db, { secrets, ranges: options.finRanges, report }),
      principals: principals(db),
      signInLimit: signInLimit(db),
      node: newId(),
      publicUrl: options.publicUrl,
      async close() {
        endCheck()
        await calls.stop()
        await metrics.stop()
        await deliveries.stop()
        await tail.stop()
        await listening.stop()
        await replica?.close()
        await db.close()
        files.close()
      },
    }
  } catch (error) {
    await db.close()
    throw error
  }
}

/** Whether statements go by name: not where that was forbidden, or would fail. */
async function namesFor({
  database: { url, preparedStatements },
  alone,
  report,
}: AppOptions): Promise<boolean> {
  if (!preparedStatements || alone || (await keepsStatementNames(url))) return preparedStatements
  report(
    new Error(
      'The database is behind a pooler that does not keep statement names: they are left out. Set PREPARED_STATEMENTS=false to say so.',
    ),
  )
  return false
}
