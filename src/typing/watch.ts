import type { Actor } from '../actor.js'
import type { Listening } from '../database/listen.js'
import { stoppable } from '../events/stoppable.js'
import { type TypingSignal, typingChannel } from './typing.js'

/** Signals one slow subscriber may be behind; older ones are dropped, for typing is of no use late. */
const most = 20

export interface WatchOptions {
  wants: (signal: TypingSignal) => boolean
  /** Who is asking, as of now; the stream ends once they may not see a signal's inbox. Left out: the server itself. */
  actor?: () => Promise<Actor | null>
}

/** Typing signals as they come, until `return()`. */
export function watchTyping(
  listening: Listening,
  { wants, actor }: WatchOptions,
): AsyncGenerator<TypingSignal, void> {
  let queue: TypingSignal[] = []
  let stopped = false
  let wake = () => {}
  const silence = listening.on(typingChannel, (payload) => {
    if (payload === '') return
    const signal = JSON.parse(payload) as TypingSignal
    if (!wants(signal)) return
    queue = [...queue, signal].slice(-most)
    wake()
  })

  async function* run(): AsyncGenerator<TypingSignal, void> {
    try {
      while (!stopped) {
        const signal = queue.shift()
        if (!signal) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        if (actor && !(await actor())?.inboxIds.includes(signal.inboxId)) return
        yield signal
      }
    } finally {
      silence()
    }
  }

  return stoppable(run(), () => {
    stopped = true
    silence()
    wake()
  })
}
