import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Load, Measured } from './generator.js'
import { cpuTime, end, halt, type Program, startWorker } from './processes.js'
import type { Stage } from './stage.js'
import type { Workload } from './workloads.js'

export interface Settings {
  rounds: number
  seconds: number
  connections: number
}

/** One server under one workload in one round. */
export interface Sample extends Measured {
  workload: Workload
  server: 'Graphdesk' | 'limit'
  /** Of the server's process, in µs; null where it cannot be told. */
  cpuPerRequest: number | null
}

/** Every server under every workload in turn, the order reversing each round. */
export async function runRounds(
  stage: Stage,
  { rounds, seconds, connections }: Settings,
  say: (line: string) => void,
): Promise<Sample[]> {
  const generator = startWorker(new URL('generator.js', import.meta.url))
  const ended = once(generator, 'exit').then(() => Promise.reject(new Error('The load generator has ended.')))
  // Usually it ends when nobody waits for it any more.
  ended.catch(() => undefined)
  const samples: Sample[] = []
  const servers = [
    ['Graphdesk', stage.product],
    ['limit', stage.limit],
  ] as const
  try {
    for (let round = 0; round <= rounds; round++) {
      say(round === 0 ? 'Warming up' : `Round ${round} of ${rounds}`)
      for (const workload of stage.workloads) {
        for (const [server, program] of round % 2 === 0 ? servers : [...servers].reverse()) {
          const load = { port: program.port, requests: requestsOf(workload), connections, seconds }
          // The product numbers whatever is written: not on the limit's core and time.
          halt(stage.product.child, server === 'limit')
          const sample = await Promise.race([measure(generator, program, load), ended])
          halt(stage.product.child, false)
          await stage.settle()
          if (sample.failed > 0) say(`${workload.name} ${server}: ${sample.failed} of ${sample.count} failed`)
          if (round > 0) samples.push({ workload, server, ...sample })
        }
      }
    }
    return samples
  } finally {
    await end(generator)
  }
}

async function measure(generator: ChildProcess, program: Program, load: Load) {
  const before = cpuTime(program.pid)
  generator.send(load)
  const [measured] = (await once(generator, 'message')) as [Measured]
  const after = cpuTime(program.pid)
  const cpuPerRequest = before === null || after === null ? null : (after - before) / measured.count
  return { ...measured, cpuPerRequest }
}

function requestsOf({ path, token, bodies }: Workload): string[] {
  return bodies.map(
    (body) =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
