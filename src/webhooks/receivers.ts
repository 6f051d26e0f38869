import { isIP } from 'node:net'
import { Pool } from 'undici'
import { checkAddress, checkedLookup } from '../address.js'

/** Connections to the receivers of webhooks, a pool for each, so that one that hangs slows no other. */
export interface Receivers {
  /** Throws RefusedAddress when the address itself, as an IP, is not allowed; a name is checked when it connects. */
  poolFor(url: URL): Pool
  /** Lets go of the connections to all others. */
  keepOnly(origins: ReadonlySet<string>): void
  /** Ends what is under way. */
  destroy(): Promise<void>
}

/** A whole answer may take three times this, in ms: to connect, for the headers, between two parts of the body. */
const timeout = 10_000
const connections = 32

export function openReceivers(allowPrivate: boolean): Receivers {
  const pools = new Map<string, Pool>()
  let destroyed = false

  return {
    poolFor({ origin, hostname, protocol }) {
      if (destroyed) throw new Error('Graphdesk is stopping.')
      const rules = { secure: protocol === 'https:', allowPrivate }
      // A literal address is never looked up.
      const literal = hostname.replace(/^\[|\]$/g, '')
      if (isIP(literal)) checkAddress(hostname, literal, rules)
      const pool =
        pools.get(origin) ??
        new Pool(origin, {
          connections,
          connect: { timeout, lookup: checkedLookup(rules), rejectUnauthorized: true },
          headersTimeout: timeout,
          bodyTimeout: timeout,
        })
      pools.set(origin, pool)
      return pool
    },
    keepOnly(origins) {
      for (const [origin, pool] of pools) {
        if (origins.has(origin)) continue
        pools.delete(origin)
        pool.close().catch(() => undefined)
      }
    },
    async destroy() {
      destroyed = true
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
      pools.clear()
    },
  }
}
