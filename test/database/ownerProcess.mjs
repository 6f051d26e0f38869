// A process that owns a database until it is killed. Compiled code: plain Node does not read TypeScript.
import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { startEmbedded } from '../../dist/src/database/embedded.js'

const [dataDir, packageName, fate] = process.argv.slice(2)
if (fate === 'dies in its first start') {
  const { spawn } = childProcess
  childProcess.spawn = (...args) => {
    spawn(...args)
    // While initdb is at work.
    process.kill(process.pid, 'SIGKILL')
  }
  syncBuiltinESMExports()
}
const server = await startEmbedded({ dataDir, durable: true, log: () => {}, package: packageName })
process.send({ ownerUrl: server.ownerUrl })
process.on('message', () => server.stop().then(() => process.disconnect()))
