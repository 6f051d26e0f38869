export interface Pulse {
  /** Anything came from the server. */
  heard(): void
  /** Asks now, not only at the next beat. */
  probe(): void
  stop(): void
}

/** Notices a server that is silent: a sleep, a changed network or a frozen peer leave a socket open that never closes. */
export function watchPulse(
  socket: { ping(): void; dead(): void },
  { pingEveryMs, answerWithinMs }: { pingEveryMs: number; answerWithinMs: number },
): Pulse {
  // The connection itself has to be answered.
  let unanswered: ReturnType<typeof setTimeout> | undefined = setTimeout(socket.dead, answerWithinMs)
  const beat = setInterval(probe, pingEveryMs)

  function probe() {
    if (unanswered) return
    unanswered = setTimeout(socket.dead, answerWithinMs)
    socket.ping()
  }

  function heard() {
    clearTimeout(unanswered)
    unanswered = undefined
  }

  return {
    heard,
    probe,
    stop() {
      heard()
      clearInterval(beat)
    },
  }
}
