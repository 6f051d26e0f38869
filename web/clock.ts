const today = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const earlier = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** The time of day; with the date when that is not today's. */
export function when(time: string): string {
  const date = new Date(time)
  return (date.toDateString() === new Date().toDateString() ? today : earlier).format(date)
}
