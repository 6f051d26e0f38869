export interface Session {
  /** Null: nobody is signed in. */
  token: string | null
  /** Where Fin's emulator is; null: there is none. */
  emulator: string | null
}

/** The first is GraphiQL's as well: one link signs in to both. */
const keys = { token: 'graphdesk', emulator: 'graphdesk-emulator' }

/**
 * From the address's fragment, `#token=…&emulator=…`, which browsers send to no server; it is taken out of the address
 * and kept for this tab.
 */
export function readSession(): Session {
  const given = new URLSearchParams(location.hash.slice(1))
  const token = given.get('token')
  if (token) {
    const emulator = localAddress(given.get('emulator'))
    sessionStorage.setItem(keys.token, token)
    if (emulator) sessionStorage.setItem(keys.emulator, emulator)
    else sessionStorage.removeItem(keys.emulator)
    history.replaceState(null, '', location.pathname + location.search)
  }
  // The link of another start, opened in this tab.
  addEventListener('hashchange', () => location.reload())
  return { token: sessionStorage.getItem(keys.token), emulator: sessionStorage.getItem(keys.emulator) }
}

/** The server's policy lets the page reach no other. */
function localAddress(address: string | null): string | null {
  if (!address || !URL.canParse(address)) return null
  const { protocol, hostname, origin } = new URL(address)
  return protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname) ? origin : null
}
