const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** How long to wait after the first failure, the second and so on, in ms; then a delivery is given up. */
const delays = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  ...[1, 3, 6, 12, 24, 24].map((h) => h * hour),
]

const shortestWait = second
const longestWait = hour

/**
 * The wait after the `attempt`th failure (from 1), in ms; null: give up. Up to a fifth shorter than the table says, so
 * that what failed together does not come back together.
 */
export function retryDelay(attempt: number, random: () => number = Math.random): number | null {
  const delay = delays[attempt - 1]
  return delay === undefined ? null : Math.round(delay * (1 - random() / 5))
}

/** The wait that a Retry-After header asks for (seconds or a date), from 1 s to 1 h, in ms; null when it is unreadable. */
export function retryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? ''
  const wait = /^\d+$/.test(text)
    ? Number(text) * second
    : /^[a-z]{3}/i.test(text)
      ? Date.parse(text) - now.getTime()
      : NaN
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, shortestWait), longestWait)
}
