import type { Database } from '../database/database.js'
import { ValidationError } from '../errors.js'

const usual = 24
const longest = 720

/** When a secret that is replaced now ends: time enough to paste the new one. Throws ValidationError. */
export function overlapEnd(db: Database, hours: number | null | undefined): Date {
  const overlap = hours ?? usual
  if (overlap < 0 || overlap > longest) {
    throw new ValidationError('overlapHours', `Say 0 to ${longest} hours.`)
  }
  return new Date(db.clock.now().getTime() + overlap * 3_600_000)
}
