/** Where "now" comes from, so that a test can move it. Stored times are the database's own unless one is given. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
