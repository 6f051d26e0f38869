// Fails, with the missing SQL, when the migrations do not make what schema.prisma describes.
import { pendingChanges } from './pendingChanges.js'

const sql = await pendingChanges()
if (sql !== '') {
  console.error(`The migrations lack this; npm run migration -- NAME writes it:\n\n${sql}`)
  process.exitCode = 1
}
