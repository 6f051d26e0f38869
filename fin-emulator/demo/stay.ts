import { styleText } from 'node:util'
import { heading } from './print.js'
import { startPrograms } from './programs.js'
import { makeAgent } from './setUp.js'

/** Starts a helpdesk with its sample, and Fin, for a person to look at in a browser; rejects when one of them ends. */
export async function stay(undo: (() => unknown)[]): Promise<never> {
  heading('A helpdesk with its sample, and Fin')
  const { helpdeskUrl, finUrl, admin, broken } = await startPrograms(undo, { sample: true })
  const inboxes = await admin.ask<{ id: string }[]>('{ inboxes { id } }')
  const agent = await makeAgent(
    admin,
    inboxes.map(({ id }) => id),
  )
  const fragment = new URLSearchParams({ token: agent.token, emulator: finUrl })
  const lines = [
    `  Open the page, signed in as ${agent.name}:  ${styleText('cyan', `${helpdeskUrl}/#${fragment}`)}`,
    '',
    '  There the customer writes, Fin answers until somebody wants a person, and you reply.',
    '  Nothing of it is kept. Stop with Ctrl-C.',
    '',
  ]
  console.log(lines.join('\n'))
  return broken
}
