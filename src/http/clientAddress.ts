import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'

/** How many proxies, or which, to believe about the client's address; false: none. */
export type TrustProxy = number | string | false

/** Whether to believe the proxy at an address, so many steps away; express takes it as it is. */
export type Trust = (address: string, steps: number) => boolean

/** Where a request came from. */
export type AddressOf = (request: IncomingMessage) => string

export function trustIn(trustProxy: TrustProxy): Trust {
  if (typeof trustProxy === 'number') return (_, steps) => steps < trustProxy
  const places = trustProxy ? trustProxy.split(',').map((place) => place.trim()) : []
  return proxyAddr.compile(places)
}

export function addressBehind(trust: Trust): AddressOf {
  return (request) => proxyAddr(request, trust) ?? ''
}
