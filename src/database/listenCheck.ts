import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Database } from './database.js'
import type { Listening } from './listen.js'
import { statement } from './statement.js'

export const probeChannel = 'graphdesk_probe'

/** How long a notification may take from when it was sent, to count as lost, in ms. */
const patience = 10_000

/**
 * Sends one notification when the listening connection stands, and says so when it does not arrive: a pooler swallows
 * it. Returns how to end it.
 */
export function checkListening(db: Database, listening: Listening, log: (error: Error) => void): () => void {
  const sign = randomUUID()
  let isSent = false
  let isOver = false
  let late: NodeJS.Timeout | undefined
  const silence = listening.on(probeChannel, (payload) => {
    if (payload === sign) end()
    if (payload !== '' || isSent) return
    isSent = true
    db.query(notify, [sign]).then(
      () => {
        // Not before: a database that is busy swallows nothing.
        if (!isOver) late = setTimeout(miss, patience)
      },
      (error) => {
        end()
        log(error)
      },
    )
  })

  async function miss() {
    // After a halt of this process its timers come first, and then what has arrived meanwhile.
    await setImmediate()
    if (isOver) return
    end()
    log(
      new Error(
        'LISTEN hears nothing: a pooler swallows it. Events are found by looking twice a second, and typing is not shown. Set DATABASE_DIRECT_URL past the pooler.',
      ),
    )
  }

  function end() {
    isOver = true
    clearTimeout(late)
    silence()
  }
  return end
}

const notify = statement('listen.probe', `select pg_notify('${probeChannel}', $1)`)
