import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { s3Store } from '../../src/file/s3.js'

test.each(['put', 'read', 'remove'] as const)(
  'a store that takes connections and says nothing holds up no %s for ever',
  async (action) => {
    const silent = createServer((socket) => socket.resume().on('error', () => {}))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const store = await s3Store(
      {
        bucket: 'files',
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${port}`,
        credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
        pathStyle: true,
      },
      200,
    )
    onTestFinished(() => store.close())
    const done = {
      put: () => store.put('file', hello(), new AbortController().signal),
      read: () => store.read('file'),
      remove: () => store.remove('file'),
    }[action]()
    await expect(done).rejects.toThrow(/timed out|timeout/i)
  },
)

async function* hello() {
  yield Buffer.from('Hello')
}
