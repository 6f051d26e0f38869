import type { Entry } from '../activity.js'
import type { Comparison } from '../compare.js'
import type { conversationView } from '../conversationView.js'
import type { Opening, Writing } from '../messengerInput.js'
import { reach } from './reach.js'
import { createSightings, type Sightings } from './sightings.js'

/** A conversation as the end-user and Fin see it. */
export type View = ReturnType<typeof conversationView>

/** The Fin emulator, over its HTTP API. */
export interface Messenger {
  /** Everything that Fin does and receives, from its start on. */
  log: Sightings<Entry>
  open(opening: Opening): Promise<View>
  write(conversation: string, writing: Writing): Promise<View>
  view(conversation: string): Promise<View>
  compare(conversation: string): Promise<Comparison>
  stop(): void
}

/** Follows the emulator at `url`. */
export async function connectMessenger(url: string): Promise<Messenger> {
  const log = createSightings<Entry>(({ kind, name, status, detail }) =>
    [kind, name, status, detail].filter((part) => part !== null).join(' '),
  )
  const leaving = new AbortController()
  const stream = await fetch(`${url}/events?after=0`, { signal: leaving.signal })
  follow(stream, log).catch((error) => log.end(error))

  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await reach("Fin's messenger", `${url}/messenger/conversations${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const answer = await response.text()
    if (response.ok) return JSON.parse(answer) as T
    throw new Error(`Fin's messenger answered ${response.status}: ${answer}`)
  }

  return {
    log,
    open: (opening) => call('POST', '', opening),
    write: (conversation, writing) => call('POST', `/${conversation}/messages`, writing),
    view: (conversation) => call('GET', `/${conversation}`),
    compare: (conversation) => call('GET', `/${conversation}/difference`),
    stop: () => leaving.abort(),
  }
}

async function follow(stream: Response, log: Sightings<Entry>): Promise<void> {
  let rest = ''
  for await (const chunk of (stream.body ?? []) as AsyncIterable<Uint8Array>) {
    const blocks = (rest + Buffer.from(chunk).toString('latin1')).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1]
      // Cut between any two bytes: characters are put together when a block is whole.
      if (data) log.add(JSON.parse(Buffer.from(data, 'latin1').toString('utf8')))
    }
  }
  throw new Error("The stream of Fin's activity ended.")
}
