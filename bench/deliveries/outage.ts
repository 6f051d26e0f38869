// npm run bench -- outage [--conversations 100000] [--seconds 30] [--patience 1200] [--only FIN,WEBHOOK]
// Every conversation changes twice while the receiver is out of order, for `seconds` from the last change on. Then how
// quickly it catches up, and what it was spared meanwhile.
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { onLoaded } from '../loaded.js'
import { leaveServersCore, placement } from '../processes.js'
import { aligned } from '../table.js'
import type { Arrivals } from './arrivals.js'
import { type Kind, type Product, productWith } from './product.js'
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
      only: { type: 'string', default: 'FIN,WEBHOOK' },
    },
  })
  const conversations = Number(values.conversations)
  const lasts = { seconds: Number(values.seconds), patience: Number(values.patience) }

  leaveServersCore()
  const rows: string[][] = []
  for (const kind of values.only.split(',') as Kind[]) {
    // Four of five conversations are in the inbox whose webhooks are measured.
    await onLoaded({ conversations: Math.ceil(conversations * 1.3) }, say, async (loaded) => {
      const receiving = await startReceiving()
      loaded.later(receiving.stop)
      const product = await productWith(loaded, kind, receiving.origin, conversations)
      for (const outage of outages) rows.push(await through(outage, kind, product, receiving, lasts))
    })
  }
  console.log(`${conversations} conversations changed twice in an outage; ${placement}\n`)
  console.log(aligned([head, ...rows], 2))
}

const changes = 2

const head = [
  '',
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
  kind: Kind,
  product: Product,
  receiving: Receiving,
  { seconds, patience }: { seconds: number; patience: number },
): Promise<string[]> {
  const expected = product.ids.length * (kind === 'FIN' ? 1 : changes)
  say(`${kind}: the receiver ${title}`)
  await receiving.tell({ order: 'count' })
  await receiving.tell(begin)
  const began = performance.now()
  const attempted = await product.attempts()
  for (let change = 0; change < changes; change++) await product.stored(await product.change())
  say(`${expected} deliveries wait; another ${seconds} s of this`)
  await delay(seconds * 1_000)
  const attempts = (await product.attempts()) - attempted
  const lasted = since(began)

  say('The receiver is back')
  await receiving.tell(finish)
  const back = performance.now()
  await receiving.arrival(({ accepted }) => accepted > 0, patience)
  const first = since(back)
  const isAll = ({ conversations, accepted }: Arrivals) =>
    conversations >= product.ids.length && accepted >= expected
  const isDone = isAll(await receiving.arrival(isAll, patience, say))
  const drained = since(back)
  say(isDone ? `All has come, after ${drained.toFixed(1)} s` : 'Not all has come')
  if (isDone) await product.settled()
  const { accepted, older, peak, seconds: took } = await receiving.report()
  if (!isDone || older > 0) process.exitCode = 1
  return [
    kind,
    title,
    lasted.toFixed(0),
    String(attempts),
    String(accepted),
    first.toFixed(1),
    isDone ? drained.toFixed(1) : '-',
    (accepted / took).toFixed(0),
    String(peak),
    isDone ? String(accepted - expected) : '-',
    kind === 'FIN' ? '-' : String(older),
  ]
}

const since = (moment: number) => (performance.now() - moment) / 1_000
