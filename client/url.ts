import { Ended } from './ended.js'

/** The socket's address of an endpoint; in a page also from a path alone. */
export function socketUrl(endpoint: string): string {
  const { href: page } = (globalThis as { location?: { href?: string } }).location ?? {}
  if (!URL.canParse(endpoint, page)) throw new Ended('fault', `"${endpoint}" is no address`)
  const url = new URL(endpoint, page)
  url.protocol = url.protocol.replace('http', 'ws')
  if (!/^wss?:$/.test(url.protocol)) throw new Ended('fault', `"${endpoint}" is no address of a socket`)
  return url.href
}
