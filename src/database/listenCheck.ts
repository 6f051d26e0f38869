import { randomUUID } from 'node:crypto'
import type { Database } from './database.js'
import type { Listening } from './listen.js'
import { statement } from './statement.js'

export const probeChannel = 'graphdesk_probe'

/** How long a notification may take to count as lost, in ms. */
const usual = 10_000

/**
 * Sends one notification when the listening connection stands, and says so when it does not arrive: a pooler swallows
 * it. Returns how to end it.
 */
export function checkListening(
  db: Database,
  listening: Listening,
  log: (error: Error) => void,
  patience = usual,
): () => void {
  const sign = randomUUID()
  let isAsked = false
  let isOver = false
  let late: NodeJS.Timeout | undefined
  let last: NodeJS.Immediate | undefined
  const silence = listening.on(probeChannel, (payload) => {
    if (payload === sign) end()
    if (payload !== '' || isAsked) return
    isAsked = true
    db.query(notify, [sign]).then(wait, (error) => {
      end()
      log(error)
    })
  })

  function wait() {
    if (isOver) return
    late = setTimeout(() => {
      // A process that stood still first hears what has come meanwhile.
      last = setImmediate(() => {
        end()
        log(
          new Error(
            'LISTEN hears nothing: a pooler swallows it. Events are found by looking twice a second, and typing is not shown. Set DATABASE_DIRECT_URL past the pooler.',
          ),
        )
      })
    }, patience)
  }

  function end() {
    isOver = true
    clearTimeout(late)
    clearImmediate(last)
    silence()
  }
  return end
}

const notify = statement('listen.probe', `select pg_notify('${probeChannel}', $1)`)
