import { readFileSync, statSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'

/** Whether a text names a network in CIDR notation or a single address. IPv4 is to be written out, and not as IPv6. */
export function isNetwork(text: string): boolean {
  if (!ipaddr.isValid(text) && !ipaddr.isValidCIDR(text)) return false
  const [address = ''] = text.split('/')
  if (!address.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(address)
  return ipaddr.parse(address).range() !== 'ipv4Mapped'
}

/** Whether an address lies in one of the networks. An IPv4 address within IPv6 counts as the IPv4 address. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false
  const asked = ipaddr.process(address)
  return networks.some((network) => {
    const [range, bits] = ipaddr.isValidCIDR(network)
      ? ipaddr.parseCIDR(network)
      : [ipaddr.process(network), asked.kind() === 'ipv4' ? 32 : 128]
    return asked.kind() === range.kind() && asked.match(range as never, bits as never)
  })
}

/** The networks of each region, as Intercom publishes those that its requests come from. */
export type Ranges = Readonly<Record<string, readonly string[]>>

const published = z.object({
  ip_ranges: z.array(
    z.object({
      range: z.string().refine(isNetwork, 'is no network'),
      region: z.string(),
      service: z.string(),
    }),
  ),
})

/** Reads a file in the form that Intercom publishes; throws an Error that says what is wrong with it. */
export function readRanges(file: string): Ranges {
  const { data, error } = published.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (error) throw new Error(`${file} does not have the form of ip-ranges: ${z.prettifyError(error)}`)
  const ranges: Record<string, string[]> = {}
  for (const { range, region, service } of data.ip_ranges) {
    if (service !== 'INTERCOM-OUTBOUND') continue
    const known = ranges[region] ?? []
    known.push(range)
    ranges[region] = known
  }
  if (Object.keys(ranges).length === 0) throw new Error(`${file} has no range of INTERCOM-OUTBOUND.`)
  return ranges
}

/** How often the file is looked at, in ms. */
const lookEvery = 60_000

/** The file's present ranges; those last read where it has become unreadable, which is reported once. */
export function followRanges(file: string, now: () => number, report: (error: Error) => void): () => Ranges {
  let ranges = readRanges(file)
  let changedAt = statSync(file).mtimeMs
  let lookedAt = now()
  let isFaulty = false

  return () => {
    if (now() - lookedAt < lookEvery) return ranges
    lookedAt = now()
    try {
      const { mtimeMs } = statSync(file)
      if (mtimeMs === changedAt) return ranges
      ranges = readRanges(file)
      changedAt = mtimeMs
      isFaulty = false
    } catch (error) {
      if (!isFaulty) report(error as Error)
      isFaulty = true
    }
    return ranges
  }
}
