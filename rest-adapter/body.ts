import express, { type Request } from 'express'
import { Problem } from './problem.js'

/** Keeps the bytes as they came: signatures are over them. */
export const readBody = express.raw({ type: () => true, limit: '1mb' })

/** The JSON of a request's body; undefined when it is empty. Throws a Problem for anything but an object or null. */
export function jsonBody(request: Request): object | null | undefined {
  const raw: unknown = request.body
  if (!Buffer.isBuffer(raw) || raw.length === 0) return undefined
  if (request.headers['content-type'] && !request.is('json')) {
    throw new Problem(415, 'The body must be application/json.')
  }
  const value = parse(decode(raw))
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem(400, 'The body must be a JSON object.')
  }
  return value
}

function decode(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
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
