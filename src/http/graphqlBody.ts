import type { IncomingMessage } from 'node:http'
import { hasBody, readBody, UnreadableBody } from '../request/body.js'
import { mediaType } from '../request/mediaType.js'

const types = new Set(['application/json', 'application/graphql+json'])

/** A form or plain text can be sent from a foreign page without asking; JSON cannot. */
export function isJson(request: IncomingMessage): boolean {
  return hasBody(request) && types.has(mediaType(request))
}

/** The JSON that was sent; an empty object when nothing was. Rejects with UnreadableBody. */
export async function readJson(request: IncomingMessage): Promise<object> {
  const decoder = decoderFor(request.headers['content-type'] ?? '')
  const bytes = await readBody(request)
  if (bytes.length === 0) return {}
  const value = parsed(decoder.decode(bytes))
  if (typeof value !== 'object' || value === null) throw new UnreadableBody(400)
  return value
}

const utf8 = new TextDecoder()

function decoderFor(contentType: string): TextDecoder {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8'
  if (charset === 'utf-8') return utf8
  try {
    if (charset.startsWith('utf-')) return new TextDecoder(charset)
  } catch {}
  throw new UnreadableBody(415)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnreadableBody(400)
  }
}
