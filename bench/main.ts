// npm run bench [-- --full] [--growth] [--only W1,W3,pages] [--conversations 20000] [--rounds 5] [--seconds 1]
//   [--connections 16] [--results bench/results.json]
// --full: 100000 conversations with a million messages, 1000 and 5000 sockets, and what a long log and deep pages cost.
// --growth: also on ten times as much data.
// npm run bench -- sockets, deliveries or outage: see there.
// Read the ratios of one run, never its absolute numbers across runs or machines.
import { parseArgs } from 'node:util'
import { benchDeliveries, measureDeliveries } from './deliveries/main.js'
import { benchOutage } from './deliveries/outage.js'
import { measureGrowth } from './growth.js'
import { measureLog } from './log.js'
import type { Outcome } from './outcome.js'
import { measurePages } from './pages.js'
import { leaveServersCore, placement } from './processes.js'
import { measureRequests } from './requests.js'
import { resultsFile, writeResults } from './results.js'
import { measureFanOut } from './sockets/fanOut.js'
import { benchSockets } from './sockets/main.js'
import { measureStart } from './start.js'
import { tableOf } from './table.js'

const args = process.argv.slice(3)
if (process.argv[2] === 'sockets') await benchSockets(args)
else if (process.argv[2] === 'deliveries') await benchDeliveries(args)
else if (process.argv[2] === 'outage') await benchOutage(args)
else await benchAll()

async function benchAll() {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      conversations: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '16' },
      only: { type: 'string' },
      results: { type: 'string', default: resultsFile },
    },
  })
  const { full } = values
  const size = {
    conversations: Number(values.conversations ?? (full ? 100_000 : 20_000)),
    messagesEach: full ? 10 : 3,
  }
  const settings = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds ?? (full ? 3 : 1)),
    connections: Number(values.connections),
  }
  const { rounds } = settings
  const requests = ['W1', 'W2', 'W3', 'W4', 'W4b', 'W7']
  const only = values.only?.split(',') ?? [
    ...requests,
    'W5',
    'W6',
    ...(full ? ['pages', 'log', 'start'] : []),
  ]
  if (values.growth) only.push('growth')
  const say = (line: string) => console.error(line)

  const parts: Record<string, () => Promise<Outcome[]>> = {
    W5: async () => {
      const outcomes: Outcome[] = []
      for (const sockets of full ? [1_000, 5_000] : [200]) {
        outcomes.push(...(await measureFanOut(sockets, Math.min(3, rounds), settings.seconds, say)))
      }
      return outcomes
    },
    W6: () => measureDeliveries(full ? 10_000 : 2_000, full ? rounds : Math.min(3, rounds), say),
    pages: () => measurePages(size, settings, say),
    log: () => measureLog(size, rounds, say),
    start: () => measureStart(Math.min(3, rounds), say),
    growth: () => measureGrowth(size, settings, say),
  }
  const unknown = only.filter((name) => !requests.includes(name) && !parts[name])
  if (unknown.length > 0) throw new Error(`Nothing to measure is called ${unknown.join(' or ')}.`)

  leaveServersCore()
  const outcomes = requests.some((name) => only.includes(name))
    ? await measureRequests(size, only, settings, say)
    : []
  for (const [name, measure] of Object.entries(parts)) {
    if (!only.includes(name)) continue
    say(`\n${name}`)
    outcomes.push(...(await measure()))
  }
  console.log(`${size.conversations} conversations; medians; ${placement}\n`)
  console.log(tableOf(outcomes))
  writeResults(values.results, { full, ...size, ...settings, placement, node: process.version }, outcomes)
  console.log(`\nThe same in ${values.results}`)
}
