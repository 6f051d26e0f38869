// npm run bench [-- --only W1,W3] [--conversations 20000] [--rounds 5] [--seconds 1] [--connections 16]
// npm run bench -- --full: 100000 conversations and a million messages.
// npm run bench -- sockets, deliveries or outage: see there.
// Read the ratios of one run, never its absolute numbers across runs or machines.
import { parseArgs } from 'node:util'
import { benchDeliveries, measureDeliveries } from './deliveries/main.js'
import { benchOutage } from './deliveries/outage.js'
import type { Outcome } from './outcome.js'
import { leaveServersCore, placement } from './processes.js'
import { measureRequests } from './requests.js'
import { writeResults } from './results.js'
import { measureFanOut } from './sockets/fanOut.js'
import { benchSockets } from './sockets/main.js'
import { tableOf } from './table.js'

const args = process.argv.slice(3)
if (process.argv[2] === 'sockets') await benchSockets(args)
else if (process.argv[2] === 'deliveries') await benchDeliveries(args)
else if (process.argv[2] === 'outage') await benchOutage(args)
else await benchAll()

async function benchAll() {
  const { values } = parseArgs({
    options: {
      conversations: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      connections: { type: 'string', default: '16' },
      only: { type: 'string', default: 'W1,W2,W3,W4,W4b,W5,W6' },
    },
  })
  const size = { conversations: Number(values.conversations) }
  const settings = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
  }
  const only = values.only.split(',')
  const say = (line: string) => console.error(line)
  leaveServersCore()
  const outcomes: Outcome[] = []
  if (only.some((name) => /^W[1-4]/.test(name)))
    outcomes.push(...(await measureRequests(size, only, settings, say)))
  if (only.includes('W5')) outcomes.push(...(await measureFanOut(200, 3, 2, say)))
  if (only.includes('W6')) outcomes.push(...(await measureDeliveries(2_000, 3, say)))
  console.log(`${placement}\n`)
  console.log(tableOf(outcomes))
  console.log(`\n${writeResults({ ...size, ...settings, placement }, outcomes)}`)
}
