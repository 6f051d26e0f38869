import type { Load, Measured } from './generator.js'
import { ask, cpuTime, end, halt, type Program, startWorker, tick } from './processes.js'
import type { Workload } from './workloads.js'

export interface Settings {
  rounds: number
  seconds: number
  connections: number
}

/** A server, or one way to ask it. */
export interface Contestant {
  name: string
  program: Program
  /** What it is asked; workloads of one name are measured beside each other. */
  workloads: readonly Workload[]
  /** Waits until what was written so far is no longer work for anybody. */
  settle(): Promise<void>
}

/** One contestant under one workload in one round. */
export interface Sample extends Measured {
  workload: Workload
  contestant: string
  /** Of the server's process, in µs; NaN where it cannot be told. */
  cpuPerRequest: number
}

/** Every contestant under every workload in turn, the order reversing each round. */
export async function runRounds(
  contestants: readonly Contestant[],
  { rounds, seconds, connections }: Settings,
  say: (line: string) => void,
): Promise<Sample[]> {
  const generator = startWorker(new URL('generator.js', import.meta.url))
  const samples: Sample[] = []
  const names = new Set(contestants.flatMap(({ workloads }) => workloads.map(({ name }) => name)))
  try {
    for (let round = 0; round <= rounds; round++) {
      say(round === 0 ? 'Warming up' : `Round ${round} of ${rounds}`)
      for (const name of names) {
        for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
          const workload = contestant.workloads.find((workload) => workload.name === name)
          if (!workload) continue
          const { program, settle } = contestant
          // The product numbers whatever is written: not on another's core and time.
          const others = contestants.map((other) => other.program).filter(({ pid }) => pid !== program.pid)
          for (const { child } of others) halt(child, true)
          const load = { port: program.port, requests: requestsOf(workload), connections, seconds }
          const before = cpuTime(program.pid)
          const measured = await ask<Load, Measured>(generator, load)
          // In a short time it may not come to a tick.
          const used = Math.max(cpuTime(program.pid) - before, tick / 2)
          const cpuPerRequest = used / measured.count
          for (const { child } of others) halt(child, false)
          await settle()
          const { count, failed } = measured
          if (failed > 0) say(`${name} ${contestant.name}: ${failed} of ${count} failed`)
          if (round > 0) samples.push({ workload, contestant: contestant.name, ...measured, cpuPerRequest })
        }
      }
    }
    return samples
  } finally {
    for (const { program } of contestants) halt(program.child, false)
    await end(generator)
  }
}

function requestsOf({ path, token, bodies }: Workload): string[] {
  return bodies.map(
    (body) =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
