import type { IncomingMessage } from 'node:http'

/** What a request is for: the path, and what stands behind the first question mark. */
export interface Target {
  path: string
  query: string
}

/** HTTP lets a client name the whole address as well. */
export function targetOf({ url = '/' }: IncomingMessage): Target {
  const target = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '')
  const mark = target.indexOf('?')
  if (mark < 0) return { path: target, query: '' }
  return { path: target.slice(0, mark), query: target.slice(mark + 1) }
}
