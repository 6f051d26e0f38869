import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** A program that stays in the foreground, with all processes that it starts. */
export interface Daemon {
  /** Comes back when its port is answered. */
  start(): Promise<void>
  /** `kill -9` for all of them. */
  kill(): Promise<void>
}

export function daemon(command: string, args: string[], port: number): Daemon {
  let running: ChildProcess | null = null
  let ended: Promise<unknown> = Promise.resolve()
  let printed = ''

  return {
    async start() {
      printed = ''
      const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (printed += part))
      running = child
      ended = once(child, 'close').finally(() => {
        if (running === child) running = null
      })
      while (!(await answers(port))) {
        if (!running) throw new Error(`${command} has ended:\n${printed}`)
        await pause(20)
      }
    },
    async kill() {
      if (!running?.pid) return
      process.kill(-running.pid, 'SIGKILL')
      await ended
    },
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
