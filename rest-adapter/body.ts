import { mediaType } from '../src/request/mediaType.js'
import type { Call } from './call.js'
import { Problem } from './problem.js'

/** The JSON of a call's body; undefined when it is empty. Throws a Problem for anything but an object or null. */
export function jsonBody({ request, bytes }: Call): object | null | undefined {
  if (bytes.length === 0) return undefined
  if (request.headers['content-type'] && mediaType(request) !== 'application/json') {
    throw new Problem(415, 'The body must be application/json.')
  }
  const value = parse(decode(bytes))
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem(400, 'The body must be a JSON object.')
  }
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Problem(400, 'The body is not valid UTF-8.')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, 'The body is not valid JSON.')
  }
}
