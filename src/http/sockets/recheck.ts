import type { App } from '../../app.js'
import { principalsOf } from '../../token/principal.js'
import type { Connection } from './connection.js'

/** In ms. */
const usual = 1_000

export interface RecheckOptions {
  every?: number
  /** Of a connection whose token is no longer good. */
  lost: (connection: Connection) => void
  report: (error: Error) => void
}

export interface Rechecks {
  /** While what a socket may see may have changed just now: resolves once that is known. */
  settled(): Promise<void> | undefined
  stop(): void
}

/**
 * Looks what has become of the tokens and rights behind open sockets, all of them in one statement: every second, and
 * at once after a change on this node.
 */
export function startRechecks(
  app: App,
  connections: ReadonlySet<Connection>,
  { every = usual, lost, report }: RecheckOptions,
): Rechecks {
  let looking: Promise<void> | undefined

  async function look() {
    const held = [...connections].flatMap((connection) =>
      connection.caller ? [{ connection, token: connection.caller.token }] : [],
    )
    if (held.length === 0) return
    const actors = await principalsOf(app.db, [...new Set(held.map(({ token }) => token))])
    for (const { connection, token } of held) {
      const actor = actors.get(token) ?? null
      app.principals.learn(token, actor)
      if (actor?.kind !== 'AGENT') lost(connection)
      else if (connection.sees(actor)) for (const stream of connection.streams) stream.refresh()
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
    settled: () => changed,
    stop() {
      clearInterval(timer)
      app.principals.forgotten.delete(lookAgain)
    },
  }
}
