import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An address that nothing may be exchanged with; the message says what a person can do about it. */
export class RefusedAddress extends Error {}

/** The only part of IPv6 that is given out; outside it lie, among others, old forms of IPv4 addresses. */
const givenOut = ipaddr.IPv6.parseCIDR('2000::/3')

/** Whether an address belongs to the public internet; false when it is none. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(givenOut)) return false
  return parsed.range() === 'unicast'
}

/** Whether a name means this machine by definition, whatever a resolver says of it. */
function isLocalName(host: string): boolean {
  return /(^|\.)localhost\.?$/i.test(host)
}

/** Throws RefusedAddress unless this address may be reached: private ones if allowed, public ones over TLS. */
export function checkAddress(host: string, address: string, { secure, allowPrivate }: AddressRules): void {
  if (isPublic(address)) {
    if (secure) return
    throw new RefusedAddress(
      `${host} would be reached over http, where anyone on the way could read along. Use an https address.`,
    )
  }
  if (!allowPrivate) throw notPublic(host, address)
}

function notPublic(host: string, address: string): RefusedAddress {
  return new RefusedAddress(
    `${host} leads to ${address}, which is not a public address. Use a public one; webhooks may go there when Graphdesk is started with ALLOW_PRIVATE_WEBHOOKS=true.`,
  )
}

export interface AddressRules {
  /** Over TLS. */
  secure: boolean
  allowPrivate: boolean
}

/**
 * How a receiver is connected to: at an address that was checked, with a certificate that somebody vouches for. Of several
 * addresses the next is tried after 2 s; Node's 250 ms are too short for one that is far away, or for a busy machine.
 */
export function checkedConnect(rules: AddressRules) {
  return { lookup: checkedLookup(rules), rejectUnauthorized: true, autoSelectFamilyAttemptTimeout: 2_000 }
}

/** Resolves a name and checks what comes out, so that the address that was checked is the one that is connected to. */
export function checkedLookup(rules: AddressRules): LookupFunction {
  return (host, options, callback) => {
    if (!rules.allowPrivate && isLocalName(host)) return callback(notPublic(host, 'this machine'), [])
    lookUp(host, options, (error, addresses) => {
      const [first] = addresses
      const failure = error ?? refusalOf(host, addresses, rules)
      if (failure || !first) return callback(failure ?? new Error(`${host} has no address.`), [])
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

type Found = (error: Error | null, addresses: LookupAddress[]) => void

const underWay = new Map<string, Found[]>()

/** Asks once for all who want to know it meanwhile: a process has four threads for look-ups, and a name server may be silent. */
function lookUp(host: string, { family, hints }: LookupOptions, found: Found) {
  const key = `${host} ${family ?? 0} ${hints ?? 0}`
  const waiting = underWay.get(key)
  if (waiting) return waiting.push(found)
  const all = [found]
  underWay.set(key, all)
  lookup(host, { family, hints, all: true }, (error, addresses) => {
    underWay.delete(key)
    for (const each of all) each(error, addresses ?? [])
  })
}

function refusalOf(host: string, addresses: readonly LookupAddress[], rules: AddressRules): Error | null {
  try {
    for (const { address } of addresses) checkAddress(host, address, rules)
    return null
  } catch (error) {
    return error as Error
  }
}
