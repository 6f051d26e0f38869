import { type Program, startProgram } from '../../fin-emulator/demo/program.js'

/** A server that can be killed and started again. */
export interface ServerNode {
  start(): Promise<void>
  /** In this way, by default itself; comes back when it has ended. */
  kill(how?: () => void): Promise<void>
  stop(): Promise<void>
}

export interface NodeOptions {
  name: string
  environment: Record<string, string>
  /** Called when it ends although nobody has killed or stopped it. */
  ended: (sentence: string) => void
}

/** One that does not run yet. */
export function serverNode({ name, environment, ended }: NodeOptions): ServerNode {
  let program: Program | undefined
  let expected = false

  return {
    async start() {
      expected = false
      const started = await startProgram([], environment, [])
      program = started
      void started.ended.then((status) => {
        if (!expected) ended(`${name} ended by itself with ${status}:\n${started.printed.join('\n')}`)
      })
    },
    async kill(how) {
      expected = true
      if (how) how()
      else void program?.kill()
      await program?.ended
    },
    async stop() {
      expected = true
      await program?.stop()
    },
  }
}
