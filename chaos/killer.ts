import { setTimeout as pause } from 'node:timers/promises'
import type { Epoch } from './epoch.js'
import { type Goal, killAt, victim } from './plan.js'
import type { Target } from './stage/stage.js'

export interface KillerOptions {
  seed: number
  goal: Goal
  targets: readonly Target[]
  epoch: Epoch
  /** Kills of earlier parts. */
  from: number
  /** Messages acknowledged in all parts. */
  messages: () => number
  say: (line: string) => void
}

export interface Killer {
  /** By whom. */
  kills: Record<string, number>
  /** How many nodes were cut off, in all. */
  readonly cut: number
  /** What was killed did not come back: `stop` will throw why. */
  readonly isBroken: boolean
  /** Lets the one under way be started again, then ends; throws what was met. */
  stop(): Promise<void>
}

const lookMs = 10
/** After so many messages more a crash is no longer felt. */
const aftermath = 100

/** Kills when so many messages have been acknowledged as the seed says, one process after the other. */
export function startKiller({ seed, goal, targets, epoch, from, messages, say }: KillerOptions): Killer {
  const kills: Record<string, number> = {}
  let next = from
  let cut = 0
  let stopped = false
  let broken = false

  async function kill(target: Target) {
    say(`Killing ${target.name}`)
    epoch.advance()
    await target.kill()
    kills[target.name] = (kills[target.name] ?? 0) + 1
    cut += target.nodes
    epoch.advance()
    await target.restart()
    epoch.advance()
  }

  async function run() {
    while (!stopped && next < goal.kills) {
      if (messages() < killAt(seed, next, goal)) {
        await pause(lookMs)
        continue
      }
      await kill(victim(seed, next, targets))
      next++
      const calm = messages() + aftermath
      while (messages() < calm && !stopped) await pause(lookMs)
      epoch.advance()
    }
  }

  const done = run()
  done.catch(() => {
    broken = true
  })
  return {
    kills,
    get cut() {
      return cut
    },
    get isBroken() {
      return broken
    },
    async stop() {
      stopped = true
      await done
    },
  }
}
