// npm run bench -- [--conversations 20000] [--rounds 5] [--seconds 2] [--connections 16] [--only W1,W3]
// npm run bench -- sockets, deliveries or outage: see there.
// Read the ratios of one run, never its absolute numbers across runs or machines.
import { parseArgs } from 'node:util'
import { benchDeliveries } from './deliveries/main.js'
import { benchOutage } from './deliveries/outage.js'
import { leaveServersCore, placement } from './processes.js'
import { runRounds } from './rounds.js'
import { checkSameContent } from './sameContent.js'
import { benchSockets } from './sockets/main.js'
import { onStage } from './stage.js'
import { tableOf } from './table.js'

const args = process.argv.slice(3)
if (process.argv[2] === 'sockets') await benchSockets(args)
else if (process.argv[2] === 'deliveries') await benchDeliveries(args)
else if (process.argv[2] === 'outage') await benchOutage(args)
else await benchRequests()

async function benchRequests() {
  const { values } = parseArgs({
    options: {
      conversations: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      connections: { type: 'string', default: '16' },
      only: { type: 'string', default: 'W1,W2,W3,W4,W4b' },
    },
  })
  const conversations = Number(values.conversations)
  const settings = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
  }
  const only = values.only.split(',')
  const say = (line: string) => console.error(line)

  leaveServersCore()
  await onStage(conversations, say, async (stage) => {
    const workloads = stage.workloads.filter(({ name }) => only.includes(name.split('-')[0] ?? ''))
    const empty = workloads.find(({ bodies }) => bodies.length === 0)
    if (empty) throw new Error(`${empty.name} finds nothing to ask for in so few conversations: take 20000.`)
    say('Comparing the answers')
    for (const workload of workloads) await checkSameContent(workload, [stage.product.port, stage.limit.port])
    const samples = await runRounds({ ...stage, workloads }, settings, say)
    const { rounds, seconds, connections } = settings
    console.log(
      `${conversations} conversations, ${connections} connections, medians of ${rounds} rounds of ${seconds} s; ${placement}\n`,
    )
    console.log(tableOf(samples))
  })
}
