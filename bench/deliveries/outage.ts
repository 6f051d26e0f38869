// npm run bench -- outage [--conversations 100000] [--seconds 30] [--patience 1200]
// Every conversation changes while the receiver is out of order, for `seconds` from the last change on. Then how quickly it
// catches up, and what it was spared meanwhile.
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { onLoaded } from '../loaded.js'
import { leaveServersCore, placement } from '../processes.js'
import { aligned } from '../table.js'
import { type Product, productWith } from './product.js'
import type { Order } from './receiver.js'
import { type Receiving, startReceiving } from './receiving.js'

interface Outage {
  title: string
  begin: Order
  finish: Order
}

const outages: Outage[] = [
  { title: 'refuses connections', begin: { order: 'close' }, finish: { order: 'open' } },
  {
    title: 'answers 503',
    begin: { order: 'answer', status: 503 },
    finish: { order: 'answer', status: 200 },
  },
  {
    title: 'answers 429, Retry-After 10 s',
    begin: { order: 'answer', status: 429, retryAfter: 10 },
    finish: { order: 'answer', status: 200 },
  },
]

const say = (line: string) => console.error(line)

/** The exit status is 1 when something was left out or came in the wrong order. */
export async function benchOutage(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      conversations: { type: 'string', default: '100000' },
      seconds: { type: 'string', default: '30' },
      patience: { type: 'string', default: '1200' },
    },
  })
  const conversations = Number(values.conversations)
  const lasts = { seconds: Number(values.seconds), patience: Number(values.patience) }

  leaveServersCore()
  // Four of five conversations are in the inbox whose webhooks are measured.
  await onLoaded(Math.ceil(conversations * 1.3), say, async (loaded) => {
    const receiving = await startReceiving()
    loaded.later(receiving.stop)
    const product = await productWith(loaded, receiving.origin, conversations)
    const rows: string[][] = []
    for (const outage of outages) rows.push(await through(outage, product, receiving, lasts))
    console.log(`${conversations} conversations changed in an outage; ${placement}\n`)
    console.log(aligned([head, ...rows], 1))
  })
}

const head = [
  'the receiver',
  'outage s',
  'attempts in it',
  'delivered',
  'first after s',
  'all after s',
  'a second',
  'at most',
  'sent twice',
  'older after newer',
]

async function through(
  { title, begin, finish }: Outage,
  product: Product,
  receiving: Receiving,
  { seconds, patience }: { seconds: number; patience: number },
): Promise<string[]> {
  const expected = product.ids.length
  say(`The receiver ${title}`)
  await receiving.tell({ order: 'count' })
  await receiving.tell(begin)
  const began = performance.now()
  const attempted = await product.attempts()
  await product.change()
  await product.stored()
  say(`${expected} conversations wait; another ${seconds} s of this`)
  await delay(seconds * 1_000)
  const attempts = (await product.attempts()) - attempted
  const lasted = since(began)

  say('The receiver is back')
  await receiving.tell(finish)
  const back = performance.now()
  await receiving.arrival(1, patience)
  const first = since(back)
  const all = await receiving.arrival(expected, patience, say)
  const drained = since(back)
  if (all.conversations === expected) await product.settled()
  const { conversations, accepted, older, peak, seconds: took } = await receiving.report()
  if (conversations < expected || older > 0) process.exitCode = 1
  return [
    title,
    lasted.toFixed(0),
    String(attempts),
    String(conversations),
    first.toFixed(1),
    conversations === expected ? drained.toFixed(1) : '-',
    (accepted / took).toFixed(0),
    String(peak),
    String(accepted - conversations),
    String(older),
  ]
}

const since = (moment: number) => (performance.now() - moment) / 1_000
