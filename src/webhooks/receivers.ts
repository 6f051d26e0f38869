import { isIP } from 'node:net'
import { Pool } from 'undici'
import { checkAddress, checkedConnect } from '../address.js'

/** Connections to the receivers of webhooks, a pool for each listener, so that one that hangs slows no other. */
export interface Receivers {
  /** Throws RefusedAddress when the address itself, as an IP, is not allowed; a name is checked when it connects. */
  poolFor(listenerId: string, url: URL): Pool
  /** Lets go of the connections of all others. */
  keepOnly(listenerIds: ReadonlySet<string>): void
  /** Ends what is under way. */
  destroy(): Promise<void>
}

/** A whole answer may take three times this, in ms: to connect, for the headers, between two parts of the body. */
const timeout = 10_000
const connections = 32

export function openReceivers(allowPrivate: boolean): Receivers {
  const pools = new Map<string, { origin: string; pool: Pool }>()
  let destroyed = false

  return {
    poolFor(listenerId, { origin, hostname, protocol }) {
      if (destroyed) throw new Error('Graphdesk is stopping.')
      const known = pools.get(listenerId)
      if (known?.origin === origin) return known.pool
      const rules = { secure: protocol === 'https:', allowPrivate }
      // A literal address is never looked up.
      const literal = hostname.replace(/^\[|\]$/g, '')
      if (isIP(literal)) checkAddress(hostname, literal, rules)
      letGo(known?.pool)
      const pool = new Pool(origin, {
        connections,
        connect: { timeout, ...checkedConnect(rules) },
        headersTimeout: timeout,
        bodyTimeout: timeout,
      })
      pools.set(listenerId, { origin, pool })
      return pool
    },
    keepOnly(listenerIds) {
      for (const [listenerId, { pool }] of pools) {
        if (listenerIds.has(listenerId)) continue
        pools.delete(listenerId)
        letGo(pool)
      }
    },
    async destroy() {
      destroyed = true
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()))
      pools.clear()
    },
  }
}

/** What is under way is finished. */
function letGo(pool: Pool | undefined) {
  pool?.close().catch(() => undefined)
}
