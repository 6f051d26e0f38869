import type { Attempt, AttemptOutcome } from '../../delivery/attempt.js'
import type { Tried } from './acknowledge.js'
import type { Verdict } from './verdict.js'

/** A try as those hear of it who count. */
export function attemptOf({ delivery, startedAt, durationMs, verdict }: Tried): Attempt {
  return {
    receiver: delivery.kind === 'FIN' ? 'fin' : 'webhook',
    outcome: outcomeOf(verdict),
    durationMs,
    delayMs: Math.max(0, startedAt.getTime() - delivery.dueAt),
  }
}

function outcomeOf(verdict: Verdict): AttemptOutcome {
  switch (verdict.kind) {
    case 'DELIVERED':
      return 'delivered'
    case 'PARKED':
      return 'parked'
    case 'FAULT':
      return 'refused'
    case 'CUT_OFF':
      return 'put_off'
    case 'WAIT':
      return verdict.counted ? 'failed' : 'put_off'
  }
}
