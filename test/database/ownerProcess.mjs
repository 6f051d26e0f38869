// A process that owns a database until it is killed. Compiled code: plain Node does not read TypeScript.
import { startEmbedded } from '../../dist/src/database/embedded.js'

const [dataDir, packageName] = process.argv.slice(2)
const server = await startEmbedded({ dataDir, durable: true, log: () => {}, package: packageName })
process.send({ ownerUrl: server.ownerUrl })
process.on('message', () => server.stop().then(() => process.disconnect()))
