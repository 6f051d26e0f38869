import { styleText } from 'node:util'
import { NotSeenError } from './notSeen.js'

/** Through which API something came or was seen. */
export type Api = 'Fin messenger' | 'Fin API' | 'GraphQL' | 'subscription' | 'webhook' | 'check'

const colours = {
  'Fin messenger': 'cyan',
  'Fin API': 'blue',
  GraphQL: 'green',
  subscription: 'magenta',
  webhook: 'yellow',
  check: 'gray',
} as const

/** Prints a line of its own between conversations. */
export function heading(text: string): void {
  console.log(`\n${styleText('bold', text)}`)
}

/** Prints what was seen, through which API, and how long after its cause. */
export function tell(api: Api, text: string, sinceMs?: number): void {
  const took = sinceMs === undefined ? '' : `${Math.round(performance.now() - sinceMs)} ms`
  console.log(
    `${styleText('dim', took.padStart(9))}  ${styleText(colours[api], api.padEnd(13))}  ${oneLine(text)}`,
  )
}

/** Prints why the demo failed: for a step that was not seen, what was expected and what was there. */
export function tellFailure(error: unknown): void {
  const red = (text: string) => styleText('red', text, { stream: process.stderr })
  if (!(error instanceof NotSeenError)) {
    console.error(`\n${red(error instanceof Error ? error.message : String(error))}`)
    return
  }
  console.error(`\n${red(error.message)}`)
  console.error(`expected: ${inFull(error.expected)}\nseen:     ${inFull(error.seen)}`)
}

function inFull(what: unknown): string {
  return typeof what === 'string' ? what : JSON.stringify(what, null, 2)
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' · ')
}
