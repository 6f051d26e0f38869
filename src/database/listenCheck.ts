import { randomUUID } from 'node:crypto'
import type { Database } from './database.js'
import type { Listening } from './listen.js'
import { statement } from './statement.js'

export const probeChannel = 'graphdesk_probe'

/** How long a notification may take to count as lost, in ms. */
const patience = 2_000

/**
 * Sends one notification when the listening connection stands, and says so when it does not arrive: a pooler swallows
 * it. Returns how to end it.
 */
export function checkListening(db: Database, listening: Listening, log: (error: Error) => void): () => void {
  const sign = randomUUID()
  let late: NodeJS.Timeout | undefined
  const silence = listening.on(probeChannel, (payload) => {
    if (payload === sign) end()
    if (payload !== '' || late) return
    late = setTimeout(() => {
      end()
      log(
        new Error(
          'LISTEN hears nothing: a pooler swallows it. Events are found by looking twice a second, and typing is not shown. Set DATABASE_DIRECT_URL past the pooler.',
        ),
      )
    }, patience)
    db.query(notify, [sign]).catch((error) => {
      end()
      log(error)
    })
  })

  function end() {
    clearTimeout(late)
    silence()
  }
  return end
}

const notify = statement('listen.probe', `select pg_notify('${probeChannel}', $1)`)
