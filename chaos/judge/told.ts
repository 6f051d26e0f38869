import type { Faults } from '../faults.js'
import type { Entry } from '../folder.js'
import type { LogSpan } from './log.js'

/** What was told is what is stored: of each conversation everything to the webhook, and its last state to Fin. */
export function judgeTold(
  entries: readonly (Entry & { stored: string })[],
  { conversations }: LogSpan,
  faults: Faults,
): void {
  for (const { name, stored, webhooks, fin } of entries) {
    const logged = conversations.get(stored)
    if (!logged) {
      faults.add(`Conversation ${name} was acknowledged, and the log holds no event of it`)
      continue
    }
    const told = webhooks?.events ?? 0
    if (told !== logged.events)
      faults.add(
        `The webhook was told ${told} events of conversation ${name}, and ${logged.events} are stored`,
      )
    else if (webhooks?.digest !== logged.digest.digest('base64url'))
      faults.add(`The webhook was told other events of conversation ${name} than are stored`)
    judgeFin(name, fin, logged.human, faults)
  }
}

function judgeFin(
  name: string,
  fin: Entry['fin'],
  human: { events: number; first: number; last: number } | null,
  faults: Faults,
) {
  if (!human) {
    if (fin) faults.add(`Fin was told of conversation ${name}, in which nobody but Fin has done anything`)
    return
  }
  if (!fin) faults.add(`Fin was never told of conversation ${name}, in which a human has written`)
  else if (fin.last < human.last)
    faults.add(
      `Fin was last told of conversation ${name} ${human.last - fin.last} ms before its last change by a human`,
    )
  else if (fin.first < human.first)
    faults.add(
      `Fin was told of conversation ${name} ${human.first - fin.first} ms before a human had changed it`,
    )
}
