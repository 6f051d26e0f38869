import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { WebSocket } from 'ws'
import type { Block } from './documents.js'
import { atPlace, causeEvents, type Place } from './snippets.js'

/** Runs a snippet as a page would; one that follows events must show its lists, that it is live, and an event. */
export async function runTypescript(place: Place, block: Block): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-snippet-'))
  const file = path.join(folder, 'snippet.ts')
  writeFileSync(file, atPlace(place, block.text))
  const shown = { list: 0, live: 0 }
  const seen = new Error('An event was shown.')
  const page = {
    WebSocket,
    token: place.server.token,
    showList: (conversations: object[]) => {
      shown.list += conversations.length
    },
    showStatus: (state: string) => {
      shown.live += state === 'live' ? 1 : 0
    },
    // The only way out of a loop that is meant to run for ever.
    showEvent: () => {
      throw seen
    },
  }
  const before = Object.fromEntries(Object.keys(page).map((name) => [name, Reflect.get(globalThis, name)]))
  Object.assign(globalThis, page)
  const stopEvents = causeEvents(place)
  try {
    await import(file)
    if (block.text.includes('followEvents')) throw new Error('It does not follow.')
  } catch (error) {
    if (error !== seen) throw error
    if (shown.list === 0 || shown.live === 0) throw new Error(`It has shown only ${JSON.stringify(shown)}.`)
  } finally {
    await stopEvents()
    Object.assign(globalThis, before)
    rmSync(folder, { recursive: true })
  }
}
