import type { Connection } from './connection.js'

/** In ms: whoever answers no ping, being dead or stalled, is gone after twice this and `lastWord`. */
const usual = 12_000
const lastWord = 5_000

/** Of those that graphql-transport-ws leaves to applications: the client reads too slowly, or not at all; it may resume. */
export const stalled = 4504

/** Asks whether anybody is there. Returns how to end that. */
export function keepAlive(connection: Connection, every: number = usual): () => void {
  const { socket } = connection
  let isAnswered = true
  socket.on('pong', () => {
    isAnswered = true
  })
  const timer = setInterval(() => {
    if (!isAnswered) return connection.close(stalled, 'Nothing was read for too long: resume', lastWord)
    isAnswered = false
    socket.ping()
  }, every)
  return () => clearInterval(timer)
}
