import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Database } from '../../src/database/database.js'
import { checkListening } from '../../src/database/listenCheck.js'

const patience = 50
const connected = ''

/** Notifications that come over a wire, and how the check asks for one. */
async function start(send: (wire: Socket, sign: string) => void) {
  const server: Server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const wire = connect(server.address() as { port: number })
  onTestFinished(() => void wire.destroy())
  const [far] = (await once(server, 'connection')) as [Socket]
  const log = vi.fn()
  const heard = new Promise<void>((resolve) => {
    const listening = {
      on(_: string, hear: (payload: string) => void) {
        wire.on('data', (sign) => {
          hear(String(sign))
          resolve()
        })
        queueMicrotask(() => hear(connected))
        return () => {}
      },
      stop: async () => {},
    }
    const query = async (_: object, [sign]: readonly unknown[]) => {
      send(far, String(sign))
      return []
    }
    onTestFinished(checkListening({ query } as Pick<Database, 'query'> as Database, listening, log, patience))
  })
  return { log, heard }
}

function standStill() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4 * patience)
}

test.each([
  [
    'while it was asked for',
    (wire: Socket, sign: string) => {
      wire.write(sign)
      standStill()
    },
  ],
  [
    'as it came',
    (wire: Socket, sign: string) => {
      setImmediate(() => {
        wire.write(sign)
        standStill()
      })
    },
  ],
])('a process that stood still %s has heard it', async (_, send) => {
  const { log, heard } = await start(send)
  await heard
  expect(log).not.toHaveBeenCalled()
})

test('a notification that is lost is told of, once', async () => {
  const { log } = await start(() => {})
  await vi.waitFor(() => expect(log).toHaveBeenCalled(), 15_000)
  expect(log.mock.calls).toEqual([
    [expect.objectContaining({ message: expect.stringMatching(/^LISTEN hears/) })],
  ])
})
