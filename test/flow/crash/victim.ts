import { readFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '../../../fin-emulator/demo/freePort.js'
import { type Program, startProgram } from '../../../fin-emulator/demo/program.js'

export type Target = 'server' | 'postmaster'

/** When a process was killed, and when the server had ended; nothing was sent from then on. */
export interface Crash {
  target: Target
  killedAt: number
  endedAt: number
}

/** A helpdesk as it runs for real, with a durable database, that can be crashed and started again. */
export interface Victim {
  url: string
  dataDir: string
  crashes: readonly Crash[]
  /** `kill -9`; comes back when the server has ended. */
  crash(target: Target): Promise<void>
  restart(): Promise<void>
}

export async function startVictim(
  dataDir: string,
  adminToken: string,
  undo: (() => unknown)[],
): Promise<Victim> {
  // The same one for every start, so that clients find it again.
  const port = await freePort()
  const environment = {
    DATA_DIR: dataDir,
    PORT: String(port),
    ADMIN_TOKEN: adminToken,
    SAMPLE_DATA: 'false',
    RATE_LIMIT: '10000000',
    LOG_LEVEL: 'warn',
  }
  const start = () => startProgram([], environment, undo)
  const crashes: Crash[] = []
  let program: Program = await start()

  async function crash(target: Target) {
    const killedAt = Date.now()
    process.kill(target === 'server' ? program.pid : postmaster(dataDir), 'SIGKILL')
    await program.ended
    crashes.push({ target, killedAt, endedAt: Date.now() })
  }

  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    crashes,
    crash,
    async restart() {
      program = await start()
    },
  }
}

function postmaster(dataDir: string): number {
  return Number.parseInt(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10)
}
