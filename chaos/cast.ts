import type { Epoch } from './epoch.js'
import type { Faults } from './faults.js'
import type { Run } from './folder.js'
import { type Follower, follow } from './follower.js'
import type { Accounts } from './load/accounts.js'
import { type Caller, openCaller } from './load/caller.js'
import { type Load, startLoad } from './load/load.js'
import { openSpeech } from './load/speech.js'
import { startMending } from './mend.js'
import { type FinBook, openFinBook } from './receiver/fin.js'
import { type Receiver, startReceiver } from './receiver/receiver.js'
import { openWebhookBook, type WebhookBook } from './receiver/webhooks.js'
import type { Stage } from './stage/stage.js'

/** Everybody who uses the helpdesk during a part. */
export interface Cast {
  load: Load
  caller: Caller
  followers: readonly Follower[]
  fin: { book: FinBook; receiver: Receiver }
  webhooks: { book: WebhookBook; receiver: Receiver }
}

export interface CastOptions {
  run: Run
  accounts: Accounts
  stage: Stage
  /** Where the log is. */
  cursor: string
  epoch: Epoch
  faults: Faults
  /** Called for each message that was acknowledged. */
  acknowledged: () => void
}

/** So many messages may be untold, so that a part's end need not wait for long. */
const mostUntold = 2_000

/** Starts them: receivers and subscribers first, so that nothing is said before they listen. */
export async function startCast(options: CastOptions, undo: (() => unknown)[]): Promise<Cast> {
  const { run, accounts, stage, cursor, epoch, faults, acknowledged } = options
  const { seed, begun, ports } = run
  const nameOf = (number: number) => `${begun}.${number}`
  const common = { seed, epoch, faults }

  const finBook = openFinBook((id) => load.lives.get(id)?.number ?? null)
  const webhookBook = openWebhookBook((title) => Number(title.split('.')[1]) || null, faults)
  const fin = await startReceiver({ ...common, name: 'Fin', port: ports.fin, hearing: finBook })
  undo.push(fin.stop)
  const webhooks = await startReceiver({
    ...common,
    name: 'The webhook',
    port: ports.webhooks,
    hearing: webhookBook,
  })
  undo.push(webhooks.stop)
  const followers = stage.urls.map((_, index) =>
    follow({
      name: `Subscriber ${index + 1}`,
      urls: [...stage.urls.slice(index), ...stage.urls.slice(0, index)],
      token: accounts.agentToken,
      after: cursor,
      faults,
    }),
  )
  undo.push(...followers.map(({ stop }) => stop))
  undo.push(startMending(stage.urls, accounts).stop)

  const caller = openCaller(stage.urls, seed)
  undo.push(caller.close)
  const isBehind = (messages: number) => messages - webhooks.answers.accept > mostUntold
  const load = startLoad({
    seed,
    from: run.next,
    nameOf,
    speech: openSpeech(caller, accounts),
    acknowledged,
    isBehind,
  })
  return {
    load,
    caller,
    followers,
    fin: { book: finBook, receiver: fin },
    webhooks: { book: webhookBook, receiver: webhooks },
  }
}
