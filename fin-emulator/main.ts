import { styleText } from 'node:util'
import { check } from './check/program.js'
import { type Emulator, startEmulator } from './emulator.js'
import { help } from './help.js'
import { reason } from './helpdeskError.js'
import { OptionsError, readOptions } from './options.js'
import { play } from './play/program.js'
import { line } from './print.js'

await main().catch((error) => {
  console.error(styleText('red', reason(error), { stream: process.stderr }))
  if (error instanceof OptionsError) console.error('--help lists the flags.')
  process.exitCode = error instanceof OptionsError ? 2 : 1
})

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2)
  if (command === 'check') process.exitCode = await check(rest, process.env)
  else if (command === 'play') process.exitCode = await play(rest, process.env)
  else await serve()
}

async function serve(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env)
  if (!options) {
    console.log(help)
    return
  }
  const emulator = await startEmulator(options)
  emulator.activity.subscribe((entry) => console.log(line(entry)))
  const hook = `${emulator.url}/hooks/standalone/custom_helpdesk_conversation_event/${options.identifier}`
  console.log(`Webhooks go to ${hook}`)
  console.log(`Write as an end-user, for example:
  curl -s ${emulator.url}/messenger/conversations -H 'content-type: application/json' \\
    -d '{"user":{"name":"Jane Doe","email":"jane@example.com"},"body":"Hi, when do you open?"}'`)
  console.log(`Fin emulator ready at ${emulator.url}`)
  stopOnSignal(emulator)
}

function stopOnSignal(emulator: Emulator): void {
  let stopping = false
  const stop = async () => {
    // A second signal does not wait for the comparison.
    if (stopping) process.exit(130)
    stopping = true
    await emulator
      .compareAll()
      .catch((error) => console.log(`The copies were not compared: ${reason(error)}`))
    await emulator.stop()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
