/** A try to send a delivery, once it is over. */
export interface Attempt {
  receiver: ReceiverKind
  outcome: AttemptOutcome
  durationMs: number
  /** From when it was due until it was taken, in ms. What is new and behind nothing is due when it is made. */
  delayMs: number
}

export type ReceiverKind = 'fin' | 'webhook'

/**
 * failed: it is tried again. put_off: its receiver asked for it later, or this node stopped meanwhile. refused: nothing more goes there until a person has
 * mended something. parked: given up.
 */
export type AttemptOutcome = 'delivered' | 'failed' | 'put_off' | 'refused' | 'parked'
