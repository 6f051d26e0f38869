import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Loaded, onLoaded, type Size } from './loaded.js'
import { median, type Outcome, ratios } from './outcome.js'
import { people } from './sockets/people.js'

/** An open socket of somebody who missed one event. */
interface Follower {
  /** Subscribes once, and waits for that event; in ms. */
  resume(): Promise<number>
}

/** Few enough for about a thousand events. */
const small: Size = { conversations: 250 }
const subscriptions = 50

/** Subscribing after a place in a long log, against a short one: until the event that was missed has come. */
export async function measureLog(
  size: Size,
  rounds: number,
  say: (line: string) => void,
): Promise<Outcome[]> {
  const times: Record<'long' | 'short', number[]> = { long: [], short: [] }
  let events: number[] = []
  await onLoaded(small, say, async (few) => {
    await onLoaded(size, say, async (many) => {
      events = await Promise.all([many, few].map(eventsOf))
      const [long, short] = [await followerOf(many), await followerOf(few)]
      for (let round = 0; round <= rounds; round++) {
        say(round === 0 ? 'Warming up' : `Round ${round} of ${rounds}`)
        const took: typeof times = { long: [], short: [] }
        for (let number = 0; number < subscriptions; number++) {
          took.long.push(await long.resume())
          took.short.push(await short.resume())
        }
        if (round === 0) continue
        times.long.push(median(took.long))
        times.short.push(median(took.short))
      }
    })
  })
  return [
    {
      key: 'log',
      title: 'subscribing after a place in the log',
      ratios: { timeVsShortLog: ratios(times.long, times.short) },
      figures: {
        [`${events[0]} events`]: { ms: median(times.long) },
        [`${events[1]} events`]: { ms: median(times.short) },
      },
    },
  ]
}

async function eventsOf({ client }: Loaded): Promise<number> {
  const { rows } = await client.query<{ position: string }>('select position from event_log')
  return Number(rows[0]?.position)
}

async function followerOf({ startProduct, tokens, later }: Loaded): Promise<Follower> {
  const { port } = await startProduct()
  const { write } = await people(port, 1, tokens.agent)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws')
  later(() => socket.close())
  const say = (message: object) => socket.send(JSON.stringify(message))
  await once(socket, 'open')
  say({ type: 'connection_init', payload: { authorization: `Bearer ${tokens.agent}` } })
  await once(socket, 'message')

  let subscribed = 0
  /** Gives the cursor of the first event after another one; null: that is yet to come. */
  async function follow(after: string | null, meanwhile = async () => {}): Promise<string> {
    const id = String(++subscribed)
    say({ id, type: 'subscribe', payload: { query, variables: { after } } })
    await meanwhile()
    for (;;) {
      const message = JSON.parse(String((await once(socket, 'message'))[0]))
      if (message.type === 'error') throw new Error(JSON.stringify(message.payload))
      if (message.type !== 'next') continue
      say({ id, type: 'complete' })
      return message.payload.data.events.cursor
    }
  }
  const missed = await follow(null, () => write(1))
  await write(2)
  return {
    async resume() {
      const started = performance.now()
      await follow(missed)
      return performance.now() - started
    },
  }
}

const query = 'subscription ($after: EventCursor) { events(after: $after) { cursor type occurredAt } }'
