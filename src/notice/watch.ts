import type { Database } from '../database/database.js'
import type { Listening } from '../database/listen.js'
import { stoppable } from '../events/stoppable.js'
import type { Notice } from '../generated/prisma/client.js'
import { noticesSince } from './read.js'
import { noticeChannel } from './record.js'

/** How long a transaction may have been open that leaves one, and how late a lost notification makes it, in ms. */
const overlap = 60_000
const pollInterval = 5_000

/** Notices as they are made, each once; ends when `may` says no. */
export function watchNotices(
  db: Database,
  listening: Listening,
  may: () => Promise<boolean>,
): AsyncGenerator<Notice, void> {
  let stopped = false
  let due = true
  let wake = () => {}
  const look = () => {
    due = true
    wake()
  }
  const recent = () => noticesSince(db, new Date(db.clock.now().getTime() - overlap))

  async function* run(): AsyncGenerator<Notice, void> {
    const silence = listening.on(noticeChannel, look)
    const timer = setInterval(look, pollInterval)
    try {
      let seen = new Set((await recent()).map(({ id }) => id))
      while (!stopped) {
        if (!due) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        due = false
        const notices = await recent()
        for (const notice of notices) {
          if (seen.has(notice.id)) continue
          if (!(await may())) return
          yield notice
        }
        seen = new Set(notices.map(({ id }) => id))
      }
    } finally {
      clearInterval(timer)
      silence()
    }
  }

  return stoppable(run(), () => {
    stopped = true
    wake()
  })
}
