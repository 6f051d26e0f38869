// npm run demo [-- FILE]: plays whole conversations between an end-user, Fin and a human agent.
// npm run demo -- --stay: starts a helpdesk and Fin for a person to look at, until Ctrl-C.
import path from 'node:path'
import { check } from './demo/check.js'
import { open, write } from './demo/customer.js'
import { note, reply, resolve } from './demo/human.js'
import { messagesOf, planOf } from './demo/plan.js'
import type { Play } from './demo/play.js'
import { heading, tell, tellFailure } from './demo/print.js'
import { packageRoot } from './demo/program.js'
import { type Stage, setStage } from './demo/stage.js'
import { stay } from './demo/stay.js'
import { readTranscripts, type Transcript } from './demo/transcript.js'

const [given] = process.argv.slice(2)
const isToStay = given === '--stay'
const undo: (() => unknown)[] = []
let leaving: Promise<void> | undefined

// What is looked at until Ctrl-C ends well with it.
process.on('SIGINT', () => leave(isToStay ? 0 : 130))
process.on('SIGTERM', () => leave(143))
// A reader who leaves early, such as `head`.
process.stdout.on('error', () => leave(1))

try {
  if (isToStay) await stay(undo)
  await run(given ?? path.join(packageRoot(), 'fin-emulator/sample-transcript.json'))
  await leave(0)
} catch (error) {
  if (!leaving) tellFailure(error)
  await leave(1)
}

async function run(file: string): Promise<void> {
  const transcripts = readTranscripts(file)
  const started = performance.now()
  heading('A helpdesk on an empty database, and Fin')
  const stage = await setStage(undo)
  tell(
    'check',
    `Graphdesk runs at ${stage.helpdeskUrl}, Fin at ${stage.finUrl}, each a process of its own`,
    started,
  )
  tell('GraphQL', `an admin connects an inbox with Fin and makes ${stage.agent.name} a member of it`)
  tell('subscription', `${stage.agent.name} watches the inbox over WebSocket`)

  const plays = await Promise.race([playAll(stage, transcripts), stage.broken])
  const changes = plays.reduce((sum, play) => sum + play.changes, 0)
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  heading(
    `Every step was seen to happen: ${plays.length} conversations, ${changes} changes by a human, ${seconds} s.`,
  )
}

async function playAll(stage: Stage, transcripts: Transcript[]): Promise<Play[]> {
  const plays: Play[] = []
  for (const transcript of transcripts) {
    heading(`Conversation ${plays.length + 1} of ${transcripts.length}: ${transcript.id}`)
    plays.push(await play(stage, transcript))
  }
  return plays
}

async function play(stage: Stage, transcript: Transcript): Promise<Play> {
  const plan = planOf(transcript)
  const play = await open(stage, transcript, plan.opening)
  for (const step of plan.steps) {
    if (step.kind === 'customer') await write(play, step)
    else if (step.kind === 'reply') await reply(play, step.text)
    else await note(play, step.text)
  }
  await resolve(play)
  await check(play, messagesOf(plan))
  return play
}

/** Ends what was started, the last first; a second call waits for the first. */
function leave(status: number): Promise<void> {
  leaving ??= (async () => {
    for (let step = undo.pop(); step; step = undo.pop()) {
      try {
        await step()
      } catch (error) {
        console.error((error as Error).message)
      }
    }
    process.exit(status)
  })()
  return leaving
}
