import pg from 'pg'

const anyForm = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ)

/** The form in which PostgreSQL writes a `timestamptz` of our times in UTC: with up to six digits behind the seconds. */
function isUsual(text: string): boolean {
  return text.length > 21 && text.length < 30 && text[10] === ' ' && text.endsWith('+00')
}

/** A `timestamptz` as PostgreSQL writes it; its usual form goes several times as fast as others. */
export function readMoment(text: string): Date {
  return isUsual(text) ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : anyForm(text)
}

/** The same in ISO 8601, with milliseconds. */
export function isoMoment(text: string): string {
  if (!isUsual(text)) return readMoment(text).toISOString()
  if (text.length === 26) return `${text.slice(0, 10)}T${text.slice(11, 23)}Z`
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).slice(0, 3).padEnd(3, '0')}Z`
}
