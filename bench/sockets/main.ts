// npm run bench -- sockets [--sockets 5000] [--rate 4] [--seconds 15]
// What open sockets cost, how late they hear of a change, and whether they miss one when all of them are cut at once.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { onLoaded } from '../loaded.js'
import { leaveServersCore, type Program, placement, startWorker } from '../processes.js'
import type { Order, Report } from './clients.js'
import { people } from './people.js'

const say = (line: string) => console.error(line)

/** Runs it and prints what came out; the exit status is 1 when a socket missed something. */
export async function benchSockets(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sockets: { type: 'string', default: '5000' },
      rate: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '15' },
    },
  })
  const [count, rate, seconds] = [Number(values.sockets), Number(values.rate), Number(values.seconds)]
  leaveServersCore()
  await onLoaded({ conversations: 1_000 }, say, async ({ startProduct, tokens }) => {
    const product = await startProduct()
    const clients = startWorker(new URL('clients.js', import.meta.url))
    try {
      const report = await measure({ product, adminToken: tokens.agent }, clients, count, rate, seconds)
      if (report.faults > 0 || report.open < count) process.exitCode = 1
    } finally {
      clients.kill()
    }
  })
}

async function measure(
  { product, adminToken }: { product: Program; adminToken: string },
  clients: ChildProcess,
  count: number,
  rate: number,
  seconds: number,
) {
  const { port, pid } = product
  say('Making agents')
  const { tokens, write } = await people(port, Math.ceil(count / 80), adminToken)
  await write(0)
  const before = memory(pid)
  say(`Opening ${count} sockets`)
  const opened = await timed(() => tell(clients, { order: 'open', port, tokens, count }))
  // The first event makes their subscriptions one.
  let number = 1
  await write(number)
  await allAt(clients, number)
  const each = (memory(pid) - before) / count

  say(`Writing ${rate} a second for ${seconds} s`)
  clients.send({ order: 'measure' } satisfies Order)
  number = await writeFor(seconds, rate, number, write)
  const steady = await allAt(clients, number)
  const delays = steady.delays.sort((one, other) => one - other)

  say('Cutting all of them, while writing goes on')
  let isStorm = true
  const writing = (async () => {
    while (isStorm) {
      await write(++number)
      await delay(1_000 / rate)
    }
  })()
  const storm = await timed(() => tell(clients, { order: 'cut' }))
  isStorm = false
  await writing
  const report = await allAt(clients, number)

  console.log(`${count} sockets, ${placement}\n`)
  console.log(`memory of the server      ${each.toFixed(1)} KiB a socket`)
  console.log(`opened                    ${(count / opened).toFixed(0)} a second`)
  console.log(`delay, ${rate * count} deliveries/s  p50 ${at(delays, 0.5)} ms, p99 ${at(delays, 0.99)} ms`)
  console.log(`all cut and resumed       ${storm.toFixed(1)} s, ${report.resumed} sockets`)
  console.log(`missed or doubled         ${report.faults}`)
  return report
}

const at = (sorted: number[], part: number) => sorted[Math.floor(sorted.length * part)] ?? 0

async function writeFor(
  seconds: number,
  rate: number,
  from: number,
  write: (number: number) => Promise<void>,
) {
  const end = performance.now() + seconds * 1_000
  let number = from
  while (performance.now() < end) {
    const next = delay(1_000 / rate)
    await write(++number)
    await next
  }
  return number
}

async function tell(clients: ChildProcess, order: Order): Promise<void> {
  clients.send(order)
  await once(clients, 'message')
}

/** Once every socket has got a number. */
async function allAt(clients: ChildProcess, number: number): Promise<Report> {
  for (;;) {
    clients.send({ order: 'report' } satisfies Order)
    const [report] = (await once(clients, 'message')) as [Report]
    if (report.reached >= number) return report
    await delay(100)
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1_000
}

/** Of a process, in KiB. */
function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
