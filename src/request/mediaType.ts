import type { IncomingMessage } from 'node:http'

/** What a body is said to be, in lower case and without parameters; empty when nothing is said. */
export function mediaType({ headers }: IncomingMessage): string {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1)
  return type.trim().toLowerCase()
}
