import { styleText } from 'node:util'
import type { Entry } from './activity.js'

type Colour = Parameters<typeof styleText>[0]

/** An entry of the log as one line for a person. */
export function line(entry: Entry): string {
  const time = styleText('dim', entry.time.slice(11, 23))
  const conversation = styleText('dim', (entry.conversation ?? '').padEnd(15))
  return `${time} ${conversation} ${text(entry)}`
}

function text(entry: Entry): string {
  const { kind, name, detail } = entry
  switch (kind) {
    case 'message':
      return `${bold('cyan', `${name}:`)} ${oneLine(detail)}`
    case 'webhook':
      return paint(entry, 'magenta', `webhook received: ${name}`)
    case 'call':
      return paint(entry, 'blue', `  ${name}`)
    case 'token':
      return paint(entry, 'blue', '  a new token')
    case 'typing':
      return styleText('dim', `${name} is typing …`)
    case 'state':
      return styleText(
        'yellow',
        name === 'handoff' ? 'Fin hands the conversation to a person' : `now ${detail}`,
      )
    case 'sync':
      return styleText('dim', `synced in ${entry.duration_ms} ms`)
    case 'comparison':
      return detail === null ? styleText('green', name) : styleText('red', `${name}: ${oneLine(detail)}`)
    case 'error':
      return bold('red', `${name} failed: ${oneLine(detail)}`)
  }
}

function paint({ status, duration_ms, detail }: Entry, colour: Colour, what: string): string {
  const failed = status === null || status >= 300
  const took = styleText('dim', `${duration_ms} ms`)
  const outcome = failed ? styleText('red', `${status ?? 'no answer'}`) : styleText('green', `${status}`)
  const why = detail === null ? '' : ` ${styleText(failed ? 'red' : 'yellow', oneLine(detail))}`
  return `${styleText(colour, what)} ${outcome} ${took}${why}`
}

// Node 20 colours a list of formats even where colours are off, so the two are nested.
function bold(colour: Colour, what: string): string {
  return styleText('bold', styleText(colour, what))
}

function oneLine(detail: string | null): string {
  return (detail ?? '').replaceAll(/\s*\n\s*/g, ' · ')
}
