import type { IncomingMessage } from 'node:http'

/** What a request is for: the path, and what stands behind the first question mark. */
export interface Target {
  path: string
  query: string
}

export function targetOf({ url = '/' }: IncomingMessage): Target {
  const mark = url.indexOf('?')
  if (mark < 0) return { path: url, query: '' }
  return { path: url.slice(0, mark), query: url.slice(mark + 1) }
}
