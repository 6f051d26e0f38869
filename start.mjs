// node start.mjs [program in dist, default src/main.js] [its arguments]
// Builds when needed, then becomes the program: one process, so that signals reach it.
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

try {
  await build()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}

// npm runs scripts through a shell, which dies of a signal and does not pass it on.
if (process.env.npm_lifecycle_event) {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250).unref()
}

const named = process.argv[2]?.endsWith('.js')
const program = new URL(`dist/${named ? process.argv[2] : 'src/main.js'}`, import.meta.url)
process.argv.splice(1, named ? 2 : 1, fileURLToPath(program))
await import(program.href)
