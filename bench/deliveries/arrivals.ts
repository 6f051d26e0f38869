/** What has come to the receiver. */
export interface Arrivals {
  /** Conversations that an accepted webhook told of. */
  conversations: number
  accepted: number
  /** Answered with another status than 200. */
  refused: number
  /** Accepted after a newer state of the same conversation; only bodies that say a revision can show it. */
  older: number
  /** From the first accepted to the last. */
  seconds: number
  /** The most accepted in one second. */
  peak: number
}

/** Counts webhooks by their bodies. */
export function countArrivals() {
  const newest = new Map<string, number>()
  const perSecond: number[] = []
  let [accepted, refused, older, first, last] = [0, 0, 0, 0, 0]

  return {
    add(body: string, isAccepted: boolean) {
      if (!isAccepted) {
        refused++
        return
      }
      last = performance.now()
      if (accepted++ === 0) first = last
      const second = Math.floor((last - first) / 1_000)
      perSecond[second] = (perSecond[second] ?? 0) + 1
      const id = /"(conv_\w+)"/.exec(body)?.[1] ?? ''
      const revision = Number(/"revision":(\d+)/.exec(body)?.[1] ?? 0)
      const known = newest.get(id) ?? 0
      if (revision < known) older++
      newest.set(id, Math.max(revision, known))
    },
    report: (): Arrivals => ({
      conversations: newest.size,
      accepted,
      refused,
      older,
      seconds: (last - first) / 1_000,
      peak: perSecond.reduce((most, count = 0) => Math.max(most, count), 0),
    }),
  }
}
