import type { ResyncReason } from '../../events/resume.js'
import type { Place } from './place.js'

/** What a listener could not be told, since its place in the log is lost. */
export interface Gap {
  reason: ResyncReason
  place: Place
  /** Where it goes on. */
  to: number
}

/** For people, after "its place in the event log". */
export const whyLost: Record<ResyncReason, string> = {
  EXPIRED: 'had expired',
  AHEAD: 'lay ahead of it',
  FOREIGN: 'was of another log, as before a restore',
  MALFORMED: 'could not be read',
}
