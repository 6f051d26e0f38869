import { setTimeout as pause } from 'node:timers/promises'
import { createGraphql } from '../fin-emulator/demo/graphql.js'
import { mostInDoubt } from '../src/webhooks/sending/lanes.js'
import { startCast } from './cast.js'
import { entriesOf } from './entries.js'
import { openEpoch } from './epoch.js'
import { positionOf } from './eventLine.js'
import type { Faults } from './faults.js'
import { describe, isReached, killsOf, sum, totals } from './figures.js'
import type { Folder } from './folder.js'
import { caughtUp } from './follower.js'
import { judgePart } from './judge/part.js'
import { judgeDuplicates } from './judge/repeats.js'
import { startKiller } from './killer.js'
import { makeAccounts } from './load/accounts.js'
import { clearRemains } from './remains.js'
import { settle } from './settle.js'
import type { Stage } from './stage/stage.js'
import { figuresOf, progressOf } from './tally.js'

export interface PartOptions {
  folder: Folder
  stage: Stage
  /** Whether to begin no more conversations, whatever is left to do. */
  isOver: () => boolean
  faults: Faults
  /** Called when there is something to tell, and every few seconds. */
  say: (line: string) => void
  /** Steps that stop what was started; also those of a part that ended well. */
  undo: (() => unknown)[]
}

const progressMs = 5_000

/** Works towards a run's goal until it is reached or the time is over, then judges what was done. */
export async function runPart({ folder, stage, isOver, faults, say, undo }: PartOptions): Promise<void> {
  const { run } = folder
  const { ports, adminToken } = run
  const [url = ''] = stage.urls
  const earlier = totals(run)
  const wasCut = run.begun > (run.parts.at(-1)?.number ?? 0)
  run.accounts ??= await makeAccounts(url, adminToken, {
    fin: `http://127.0.0.1:${ports.fin}`,
    webhooks: `http://127.0.0.1:${ports.webhooks}`,
  })
  run.begun++
  folder.save()
  if (wasCut) await clearRemains(stage, run, faults, (left) => say(`After a part that was cut off: ${left}`))

  const started = performance.now()
  const cursor = await createGraphql(url, adminToken).ask<string>('{ eventCursor }')
  const epoch = openEpoch()
  let messages = earlier.messages
  const acknowledged = () => messages++
  const { accounts } = run
  const cast = await startCast({ run, accounts, stage, cursor, epoch, faults, acknowledged }, undo)
  const killer = startKiller({
    seed: run.seed,
    goal: run,
    targets: stage.targets,
    epoch,
    from: killsOf(earlier),
    messages: () => messages,
    say,
  })
  undo.push(() => killer.stop().catch(() => undefined))
  const figures = () => figuresOf(cast, killer, (performance.now() - started) / 1_000)

  const isBroken = () => faults.count > 0 || cast.load.isBroken || killer.isBroken
  for (let told = started; !(isBroken() || isOver() || isReached(run, sum(earlier, figures()))); ) {
    await pause(50)
    if (performance.now() - told < progressMs) continue
    told = performance.now()
    say(progressOf(sum(earlier, figures()), run))
  }
  say('Letting what is under way end')
  await killer.stop()
  await cast.load.finish()
  for (const { receiver } of [cast.fin, cast.webhooks]) receiver.behave()
  await stage.endLeases()
  const to = await settle({ databaseUrl: stage.databaseUrl(), faults, progress: say })
  const followers: Record<string, string> = {}
  for (const follower of cast.followers) {
    await caughtUp(follower, to, faults)
    followers[follower.name] = await follower.stop()
  }

  say('Comparing')
  const part = { number: run.begun, from: positionOf(cursor), to, followers, figures: figures() }
  const entries = entriesOf(part.number, cast, faults)
  part.figures.fin.duplicates = await judgePart(stage.databaseUrl(), part, entries, faults)
  const allowed = killer.cut * mostInDoubt
  judgeDuplicates('Fin', part.figures.fin.duplicates, allowed, faults)
  judgeDuplicates('The webhook', part.figures.webhooks.duplicates, allowed, faults)
  folder.append(entries)
  run.next = cast.load.next
  run.parts.push(part)
  folder.save()
  say(`Part ${part.number}:\n${describe(part.figures)}`)
}
