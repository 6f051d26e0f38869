import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** Stands between a client and a database; what the database says can be held back, and then comes at once. */
export interface HeldAnswers {
  url: string
  hold(): void
  /** Waits until so many answers are held that `isEnough` says so. */
  until(isEnough: (held: Buffer) => boolean): Promise<void>
  /** All in one piece. */
  release(): void
  stop(): Promise<void>
}

export async function holdAnswers(target: string): Promise<HeldAnswers> {
  const { hostname: host, port } = new URL(target)
  let held: Buffer | null = null
  let changed = () => {}
  let give = (_: Buffer) => {}

  const server = createServer((near) => {
    const far = connect({ host, port: Number(port) })
    near.pipe(far)
    far.on('data', (chunk) => {
      if (!held) return near.write(chunk)
      held = Buffer.concat([held, chunk])
      changed()
    })
    // What it still says is read, or its end is never heard of.
    const end = () => near.resume().end()
    far.on('close', () => {
      if (!held) end()
    })
    give = (all) => {
      near.write(all)
      if (far.destroyed) end()
    }
    for (const socket of [near, far]) socket.on('error', () => {})
    near.on('close', () => far.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: Object.assign(new URL(target), { port: String((server.address() as AddressInfo).port) }).href,
    hold() {
      held = Buffer.alloc(0)
    },
    async until(isEnough) {
      while (!isEnough(held ?? Buffer.alloc(0)))
        await new Promise<void>((resolve) => {
          changed = resolve
        })
    },
    release() {
      if (held) give(held)
      held = null
    },
    async stop() {
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}
