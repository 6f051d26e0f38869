import type { IncomingMessage } from 'node:http'
import express, { type Request, type Response } from 'express'

/** In bytes, once unpacked. */
const largest = 1024 * 1024

/** A body that could not be read; 413: it is too large, 415: nobody knows how it is packed. */
export class UnreadableBody extends Error {
  constructor(readonly status: number) {
    super(`A body could not be read: ${status}`)
  }
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined
}

/** The bytes of a request's body, unpacked; none when it has no body. Rejects with UnreadableBody. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (!hasBody(request)) return nothing
  const packing = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  return packing === 'identity' ? asSent(request) : unpacked(request)
}

const nothing = Buffer.alloc(0)

function asSent(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size <= largest) parts.push(part)
      else parts.length = 0
    })
    // Not before: a client that is still sending would not hear the answer.
    request.on('end', () => {
      if (size > largest) reject(new UnreadableBody(413))
      else resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts))
    })
    request.on('error', () => reject(new UnreadableBody(400)))
  })
}

const unpack = express.raw({ type: () => true, limit: largest })

function unpacked(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parsed = request as Request
    unpack(parsed, {} as Response, (error?: { status?: number }) => {
      if (error) reject(new UnreadableBody(error.status ?? 400))
      else resolve(parsed.body)
    })
  })
}
