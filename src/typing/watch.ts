import type { Listening } from '../database/listen.js'
import { type TypingSignal, typingChannel } from './typing.js'

/** Signals one slow subscriber may be behind; older ones are dropped, for typing is of no use late. */
const most = 20

/** Typing signals as they come, until `return()`. */
export function watchTyping(
  listening: Listening,
  wants: (signal: TypingSignal) => boolean,
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
        if (signal) yield signal
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      silence()
    }
  }

  // A generator that waits does not hear `return()`: wake it first.
  const signals = run()
  const end = signals.return.bind(signals)
  signals.return = (value) => {
    stopped = true
    silence()
    wake()
    return end(value)
  }
  return signals
}
