import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { onLoaded } from '../loaded.js'
import { median, type Outcome, ratios } from '../outcome.js'
import { ask, cpuTime, end, startWorker } from '../processes.js'
import { storedId } from '../storedId.js'
import type { Arrived, Order as DrainOrder } from './drain.js'
import { writeNotes } from './flood.js'
import type { Order as LimitOrder, Mode } from './limit.js'
import { people } from './people.js'

/** Sockets, which all have got the same numbers. */
interface Clients {
  child: ChildProcess
  /** The last number that was sent to them. */
  sent: number
}

/** Someone who sends messages to all sockets that are open to them. */
interface Sender {
  name: string
  pid: number
  clients: Clients
  /** Sends messages with numbers in turn from `from` on, as fast as they are taken. */
  flood(from: number, count: number): Promise<unknown>
  /** The same, at `rate` a second. */
  pace(from: number, count: number, rate: number): Promise<unknown>
}

interface Sample {
  sender: string
  /** Deliveries a second, from the first to the last. */
  rate: number
  cpuPerDelivery: number
  /** In ms, at `pacedDeliveries`. */
  p50: number
  p99: number
}

/** In one flood, and in a second of the steady load. */
const floodDeliveries = (sockets: number) => Math.min(400_000, 500 * sockets)
const pacedDeliveries = 20_000
/** In s. */
const patience = 60

/** W5: the same selection for `count` sockets. */
export async function measureFanOut(
  count: number,
  rounds: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Outcome[]> {
  const samples: Sample[] = []
  await onLoaded({ conversations: 1_000 }, say, async ({ startProduct, tokens, client, agentId, later }) => {
    const program = await startProduct()
    const {
      tokens: agents,
      write,
      conversationId,
    } = await people(program.port, Math.ceil(count / 80), tokens.agent)
    const limit = startWorker(new URL('limit.js', import.meta.url), { isServer: true })
    later(() => end(limit))
    const { port } = await ask<LimitOrder, { port: number }>(limit, { order: 'open' })
    const drain = async (of: number): Promise<Clients> => {
      const child = startWorker(new URL('drain.js', import.meta.url))
      later(() => end(child))
      await ask<DrainOrder, Arrived>(child, { order: 'open', port: of, tokens: agents, count })
      return { child, sent: 0 }
    }
    say(`Opening ${count} sockets twice`)
    const [ours, theirs] = [await drain(program.port), await drain(port)]
    await write(++ours.sent)
    const { message } = await arrival(ours, count)

    const notes = { conversationId: storedId(conversationId), agentId }
    const product: Sender = {
      name: 'Graphdesk',
      pid: program.pid,
      clients: ours,
      flood: (from, count) => writeNotes(client, notes, from, count),
      pace: (from, count, rate) => paced(from, count, rate, write),
    }
    const send = (mode: Mode) => (from: number, count: number, rate?: number) =>
      ask(limit, { order: 'send', mode, message, from, count, ...(rate && { rate }) } satisfies LimitOrder)
    const limits = (['ws', 'frame'] as const).map(
      (mode): Sender => ({
        name: mode === 'ws' ? 'ws.send' : 'a prebuilt frame',
        pid: limit.pid ?? 0,
        clients: theirs,
        flood: send(mode),
        pace: send(mode),
      }),
    )
    const senders = [product, ...limits]
    for (let round = 0; round <= rounds; round++) {
      say(round === 0 ? 'Warming up' : `Round ${round} of ${rounds}`)
      for (const sender of round % 2 === 0 ? senders : senders.toReversed()) {
        const sample = await measure(sender, count, seconds)
        if (round > 0) samples.push(sample)
      }
    }
  })
  return [outcomeOf(samples, count)]
}

async function measure(sender: Sender, count: number, seconds: number): Promise<Sample> {
  const { clients, pid, name } = sender
  const of = async (events: number, send: (from: number) => Promise<unknown>) => {
    await ask<DrainOrder, Arrived>(clients.child, { order: 'count' })
    await send(clients.sent + 1)
    clients.sent += events
    return arrival(clients, events * count)
  }
  const events = Math.ceil(floodDeliveries(count) / count)
  const before = cpuTime(pid)
  const flood = await of(events, (from) => sender.flood(from, events))
  const cpuPerDelivery = (cpuTime(pid) - before) / flood.deliveries
  const rate = pacedDeliveries / count
  const steady = Math.ceil(rate * seconds)
  const { p50, p99 } = await of(steady, (from) => sender.pace(from, steady, rate))
  return { sender: name, rate: flood.deliveries / flood.seconds, cpuPerDelivery, p50, p99 }
}

/** Once so many deliveries have come; throws when one is missing, doubled or out of turn. */
async function arrival({ child }: Clients, deliveries: number): Promise<Arrived> {
  const started = performance.now()
  for (;;) {
    const arrived = await ask<DrainOrder, Arrived>(child, { order: 'report' })
    const isLate = performance.now() - started > patience * 1_000
    if (arrived.faults > 0 || arrived.deliveries > deliveries || isLate)
      throw new Error(`${arrived.deliveries} of ${deliveries} deliveries, ${arrived.faults} out of turn.`)
    if (arrived.deliveries === deliveries) return arrived
    await delay(200)
  }
}

async function paced(from: number, count: number, rate: number, write: (number: number) => Promise<void>) {
  const started = performance.now()
  for (let written = 0; written < count; written++) {
    await delay(started + (written * 1_000) / rate - performance.now())
    await write(from + written)
  }
}

function outcomeOf(samples: readonly Sample[], count: number): Outcome {
  const of = (who: string, figure: Exclude<keyof Sample, 'sender'>) =>
    samples.filter(({ sender }) => sender === who).map((sample) => sample[figure])
  const ratio = (figure: Exclude<keyof Sample, 'sender'>, other: string) =>
    ratios(of('Graphdesk', figure), of(other, figure))
  const figures = ['Graphdesk', 'ws.send', 'a prebuilt frame'].map((who) => [
    who,
    {
      'deliveries/s': median(of(who, 'rate')),
      'CPU µs/delivery': median(of(who, 'cpuPerDelivery')),
      [`p50 ms at ${pacedDeliveries}/s`]: median(of(who, 'p50')),
      [`p99 ms at ${pacedDeliveries}/s`]: median(of(who, 'p99')),
    },
  ])
  return {
    key: `w5-${count}`,
    title: `fan-out to ${count} sockets`,
    ratios: {
      vsLimit: ratio('rate', 'ws.send'),
      vsFrame: ratio('rate', 'a prebuilt frame'),
      cpuVsLimit: ratio('cpuPerDelivery', 'ws.send'),
      p99VsFrame: ratio('p99', 'a prebuilt frame'),
    },
    figures: Object.fromEntries(figures),
  }
}
