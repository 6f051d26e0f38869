import type { ChildProcess } from 'node:child_process'
import { ask, cpuTime, halt } from '../processes.js'
import type { Arrivals } from './arrivals.js'
import { publicIds } from './change.js'
import type { Product } from './product.js'
import type { Receiving } from './receiving.js'
import type { Order, Sender } from './senders.js'

export const ways = ['undici pool', 'graphile-worker', 'Graphdesk', 'Graphdesk, a backlog'] as const

/** Something that sends: what Graphdesk is compared with, Graphdesk from changes on, and what waited during a pause. */
export type Way = (typeof ways)[number]

export interface Sample {
  way: Way
  /** A second, from the first to the last at the receiver. */
  rate: number
  /** Of the sender's process, in µs; NaN where it cannot be told. */
  cpuPerDelivery: number
}

export interface Contest {
  product: Product
  senders: ChildProcess
  receiving: Receiving
  /** Of the database for graphile-worker. */
  databaseUrl: string
  /** Makes the product's tables as they would be some time later. */
  vacuum(): Promise<void>
}

/** In s; longer than any way takes. */
const patience = 300

/** Every way in turn, the order reversing each round. */
export async function runRounds(contest: Contest, rounds: number, say: (line: string) => void) {
  const samples: Sample[] = []
  for (let round = 0; round <= rounds; round++) {
    say(round === 0 ? 'Warming up' : `Round ${round} of ${rounds}`)
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
      await contest.receiving.tell({ order: 'count' })
      const sample = await (isOurs(way) ? ours(contest, way) : theirs(contest, way))
      say(`${way}: ${sample.rate.toFixed(0)} a second`)
      if (round > 0) samples.push(sample)
    }
  }
  return samples
}

const isOurs = (way: Way): way is Exclude<Way, Sender> => way.startsWith('Graphdesk')

async function ours(contest: Contest, way: Way): Promise<Sample> {
  const { product } = contest
  await contest.vacuum()
  if (way === 'Graphdesk') {
    const sample = await measured(contest, way, product.program.pid, product.change)
    await product.settled()
    return sample
  }
  await product.pause()
  await product.stored(await product.change())
  await contest.vacuum()
  const sample = await measured(contest, way, product.program.pid, product.resume)
  await product.settled()
  return sample
}

async function theirs(contest: Contest, sender: Sender): Promise<Sample> {
  const { product, senders, receiving, databaseUrl } = contest
  const tell = (order: Order) => ask(senders, order)
  const conversationIds = publicIds(product.ids)
  // It looks around every second: not on the others' core and time.
  halt(product.program.child, true)
  try {
    await tell({ order: 'prepare', sender, origin: receiving.origin, databaseUrl, conversationIds })
    const sample = await measured(contest, sender, senders.pid ?? 0, () => tell({ order: 'send' }))
    await tell({ order: 'end' })
    return sample
  } finally {
    halt(product.program.child, false)
  }
}

async function measured(
  { product, receiving }: Contest,
  way: Way,
  pid: number,
  start: () => Promise<unknown>,
): Promise<Sample> {
  const before = cpuTime(pid)
  await start()
  const arrivals = await receiving.arrival(
    ({ conversations }) => conversations >= product.ids.length,
    patience,
  )
  const cpuPerDelivery = (cpuTime(pid) - before) / arrivals.accepted
  return { way, rate: rateOf(way, arrivals, product.ids.length), cpuPerDelivery }
}

/** A way that leaves one out or sends one twice has lost. */
function rateOf(way: Way, { conversations, accepted, seconds }: Arrivals, expected: number): number {
  if (conversations !== expected || accepted !== expected)
    throw new Error(`${way} sent ${accepted} webhooks about ${conversations} of ${expected} conversations.`)
  return expected / seconds
}
