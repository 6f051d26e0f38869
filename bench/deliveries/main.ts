// npm run bench -- deliveries [--conversations 10000] [--rounds 5]
// Webhooks a second, each recorded, beside a loop that records nothing and a job queue. Read the ratios.
import { parseArgs } from 'node:util'
import { onLoaded } from '../loaded.js'
import { median, type Outcome, ratios } from '../outcome.js'
import { end, leaveServersCore, placement, startWorker } from '../processes.js'
import { tableOf } from '../table.js'
import { productWith } from './product.js'
import { startReceiving } from './receiving.js'
import { runRounds, type Sample, ways } from './rounds.js'

export async function benchDeliveries(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      conversations: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '5' },
    },
  })
  const [conversations, rounds] = [Number(values.conversations), Number(values.rounds)]
  leaveServersCore()
  const outcomes = await measureDeliveries(conversations, rounds, (line) => console.error(line))
  console.log(`${conversations} webhooks, medians of ${rounds} rounds; ${placement}\n`)
  console.log(tableOf(outcomes))
}

/** W6. */
export async function measureDeliveries(
  conversations: number,
  rounds: number,
  say: (line: string) => void,
): Promise<Outcome[]> {
  let samples: Sample[] = []
  // Four of five conversations are in the inbox whose webhooks are measured.
  await onLoaded({ conversations: Math.ceil(conversations * 1.3) }, say, async (loaded) => {
    const receiving = await startReceiving()
    loaded.later(receiving.stop)
    const senders = startWorker(new URL('senders.js', import.meta.url), { isServer: true })
    loaded.later(() => end(senders))
    await loaded.client.query('create database senders')
    const databaseUrl = Object.assign(new URL(loaded.ownerUrl), { pathname: '/senders' }).href
    const product = await productWith(loaded, 'FIN', receiving.origin, conversations)
    const vacuum = async () => void (await loaded.client.query('vacuum (analyze)'))
    samples = await runRounds({ product, senders, receiving, databaseUrl, vacuum }, rounds, say)
  })
  const of = (way: string) => samples.filter((sample) => sample.way === way)
  const against = (own: string, other: string) => ratios(of(own).map(rate), of(other).map(rate))
  const figures = ways.map((way) => [
    way,
    {
      'deliveries/s': median(of(way).map(rate)),
      'CPU µs/delivery': median(of(way).map(({ cpuPerDelivery }) => cpuPerDelivery)),
    },
  ])
  return [
    {
      key: 'w6',
      title: 'webhooks, each recorded',
      ratios: {
        vsLimit: against('Graphdesk', 'undici pool'),
        vsGraphileWorker: against('Graphdesk', 'graphile-worker'),
        backlogVsLimit: against('Graphdesk, a backlog', 'undici pool'),
        backlogVsGraphileWorker: against('Graphdesk, a backlog', 'graphile-worker'),
      },
      figures: Object.fromEntries(figures),
    },
  ]
}

const rate = (sample: Sample) => sample.rate
