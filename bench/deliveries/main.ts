// npm run bench -- deliveries [--conversations 10000] [--rounds 5]
// Webhooks a second, each recorded, beside a loop that records nothing and a job queue. Read the ratios.
import { parseArgs } from 'node:util'
import { onLoaded } from '../loaded.js'
import { end, leaveServersCore, placement, startWorker } from '../processes.js'
import { aligned, median, shown } from '../table.js'
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
  const say = (line: string) => console.error(line)

  leaveServersCore()
  // Four of five conversations are in the inbox whose webhooks are measured.
  await onLoaded(Math.ceil(conversations * 1.3), say, async (loaded) => {
    const receiving = await startReceiving()
    loaded.later(receiving.stop)
    const senders = startWorker(new URL('senders.js', import.meta.url), { isServer: true })
    loaded.later(() => end(senders))
    await loaded.client.query('create database senders')
    const databaseUrl = Object.assign(new URL(loaded.ownerUrl), { pathname: '/senders' }).href
    const product = await productWith(loaded, 'FIN', receiving.origin, conversations)
    const vacuum = async () => void (await loaded.client.query('vacuum (analyze)'))
    const samples = await runRounds({ product, senders, receiving, databaseUrl, vacuum }, rounds, say)
    console.log(`${conversations} webhooks, medians of ${rounds} rounds; ${placement}\n`)
    console.log(tableOf(samples))
  })
}

/** Medians over the rounds, with the ratios taken within each round. */
function tableOf(samples: readonly Sample[]): string {
  const of = (way: string) => samples.filter((sample) => sample.way === way)
  const [loop, worker] = [of('undici pool'), of('graphile-worker')]
  const rows = ways.map((way) => {
    const own = of(way)
    return [
      way,
      median(own.map(({ rate }) => rate)).toFixed(0),
      shown(median(own.map(({ cpuPerDelivery }) => cpuPerDelivery ?? Number.NaN)), 0),
      ratio(own, loop),
      ratio(own, worker),
    ]
  })
  const head = ['', 'deliveries/s', 'CPU µs/delivery', 'of the undici pool', 'of graphile-worker']
  return aligned([head, ...rows], 1)
}

/** With the least and the greatest. */
function ratio(own: readonly Sample[], other: readonly Sample[]): string {
  const ratios = own.map(({ rate }, round) => rate / (other[round]?.rate ?? Number.NaN))
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`
}
