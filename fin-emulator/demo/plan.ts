import { toText } from '../html.js'
import type { Script } from '../script.js'
import type { Transcript } from './transcript.js'

type Turn = Transcript['turns'][number]

/** The end-user writes; `fin` is what Fin does about it, null once Fin has let go. */
export interface CustomerStep {
  kind: 'customer'
  text: string
  fin: Script | null
}

/** The human agent answers, or keeps a note. */
export interface HumanStep {
  kind: 'reply' | 'note'
  text: string
}

/** A transcript as it is played. */
export interface Plan {
  opening: CustomerStep
  steps: (CustomerStep | HumanStep)[]
}

/** A message that the plan leaves behind on both sides. */
export interface PlannedMessage {
  by: 'end-user' | 'Fin' | 'agent'
  visibility: 'PUBLIC' | 'PRIVATE'
  text: string
}

/**
 * Gives each turn of a transcript to the one who plays it.
 *
 * A customer's turns are written in Fin's messenger. The agent's are Fin's up to the first action (without any
 * action, up to the agent's last turn): there Fin hands off, and from there on they are a person's replies, and
 * actions are that person's notes. Fin speaks only when spoken to, and once. So what an agent says before the
 * customer's first turn follows that turn, and what the agent says in one go is one message of Fin's with a
 * paragraph for each turn; and it is the customer's last turn before the handoff that makes Fin hand off.
 * Otherwise every turn stays in its place.
 */
export function planOf({ turns }: Transcript): Plan {
  const ordered = customerFirst(turns)
  const handoff = handoffIn(ordered)
  const [opening, ...byFin] = finSteps(ordered.slice(0, handoff))
  if (!opening) throw new Error('A transcript without a customer is not read.')
  const last: CustomerStep = byFin.at(-1) ?? opening
  last.fin = { ...last.fin, handoff: true }
  return { opening, steps: [...byFin, ...ordered.slice(handoff).map(humanStep)] }
}

/** All messages of a plan, in order. */
export function messagesOf({ opening, steps }: Plan): PlannedMessage[] {
  return [opening, ...steps].flatMap((step): PlannedMessage[] => {
    if (step.kind !== 'customer') {
      return [{ by: 'agent', visibility: step.kind === 'note' ? 'PRIVATE' : 'PUBLIC', text: step.text }]
    }
    const reply = step.fin?.reply
    return [
      { by: 'end-user', visibility: 'PUBLIC', text: step.text },
      ...(reply ? [{ by: 'Fin', visibility: 'PUBLIC', text: toText(reply) } as const] : []),
    ]
  })
}

/** A body that shows exactly these texts, a paragraph for each. */
export function paragraphs(...texts: string[]): string {
  const safe = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/\r?\n/g, '<br>')
  return texts.map((text) => `<p>${safe(text)}</p>`).join('')
}

function customerFirst(turns: Turn[]): Turn[] {
  const first = turns.findIndex(({ who }) => who === 'customer')
  return [...turns.slice(first, first + 1), ...turns.slice(0, first), ...turns.slice(first + 1)]
}

function handoffIn(turns: Turn[]): number {
  const action = turns.findIndex(({ who }) => who === 'action')
  if (action !== -1) return action
  const lastWord = turns.findLastIndex(({ who }) => who === 'agent')
  return lastWord === -1 ? turns.length : lastWord
}

function finSteps(turns: Turn[]): CustomerStep[] {
  const steps: { text: string; answers: string[] }[] = []
  for (const { who, text } of turns) {
    if (who === 'customer') steps.push({ text, answers: [] })
    else steps.at(-1)?.answers.push(text)
  }
  return steps.map(({ text, answers }) => {
    const fin = answers.length > 0 ? { reply: paragraphs(...answers) } : { silent: true }
    return { kind: 'customer', text, fin }
  })
}

function humanStep({ who, text }: Turn): CustomerStep | HumanStep {
  if (who === 'customer') return { kind: 'customer', text, fin: null }
  return { kind: who === 'action' ? 'note' : 'reply', text }
}
