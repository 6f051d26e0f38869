import type { App } from '../app.js'
import { principalsOf } from '../token/principal.js'
import type { Caller } from './bearer.js'
import { rightsKey } from './sharing/rights.js'

/** In ms. */
const usual = 1_000

/** Something that stays open for whoever gave a token. */
export interface Held {
  readonly caller: Caller | undefined
  /** The caller may see something else than before. */
  changed(): void
  /** The token is no longer good. */
  lost(): void
}

export interface RecheckOptions {
  every?: number
  report: (error: Error) => void
}

export interface Rechecks {
  /** What is looked at, while it is in here. */
  held: Set<Held>
  /** While what somebody may see may have changed just now: resolves once that is known. */
  settled(): Promise<void> | undefined
  stop(): Promise<void>
}

/**
 * Looks what has become of the tokens and rights behind all that is open, in one statement: every second, and at once
 * after a change on this node.
 */
export function startRechecks(app: App, { every = usual, report }: RecheckOptions): Rechecks {
  const held: Rechecks['held'] = new Set()
  const known = new WeakMap<Held, string>()
  let looking: Promise<void> | undefined

  async function look() {
    const all = [...held].flatMap((one) => (one.caller ? [{ one, caller: one.caller }] : []))
    if (all.length === 0) return
    const learn = app.principals.learning()
    const actors = await principalsOf(app.db, [...new Set(all.map(({ caller }) => caller.token))])
    for (const { one, caller } of all) {
      const actor = actors.get(caller.token) ?? null
      learn(caller.token, actor)
      if (actor?.kind !== 'AGENT') {
        one.lost()
        continue
      }
      const rights = rightsKey(actor)
      const isOther = rights !== (known.get(one) ?? rightsKey(caller.actor))
      known.set(one, rights)
      if (isOther) one.changed()
    }
  }

  function lookOnce(): Promise<void> {
    looking ??= look()
      .catch(report)
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  let changed: Promise<void> | undefined
  /** After the look that is under way, which may have begun too early. */
  function lookAgain() {
    const mine = (looking ?? Promise.resolve()).then(lookOnce).finally(() => {
      if (changed === mine) changed = undefined
    })
    changed = mine
  }

  const timer = setInterval(lookOnce, every)
  app.principals.forgotten.add(lookAgain)
  return {
    held,
    settled: () => changed,
    async stop() {
      clearInterval(timer)
      app.principals.forgotten.delete(lookAgain)
      await looking
    },
  }
}
