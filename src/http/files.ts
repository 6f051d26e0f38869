import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Request, type Response, Router } from 'express'
import type { App } from '../app.js'
import { linkState } from '../file/link.js'
import { type FileToServe, fileToServe, uploadToServe } from '../file/read.js'
import type { FilePart, FileStore } from '../file/store.js'
import { storedId } from '../ids.js'
import { startOf } from '../text.js'
import type { Report } from './shownErrors.js'

/** More would not fit into a header. */
const longestName = 200

/** Types that a browser may show; anything else is only to be saved. */
const shown = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/**
 * Copies and uploaded files, for whoever has a signed link: `GET /files/file_…?expires=…&signature=…`. They come through
 * this server from whichever store, so that they have the same headers and the store may be closed to others.
 */
export function files(app: App, { report }: { report: Report }): Router {
  const router = Router()
  router.get('/:id', async (request, response) => {
    const { id: asked } = request.params
    const copyId = storedId('StoredFile', asked)
    const uploadId = storedId('UploadedFile', asked)
    const id = copyId ?? uploadId
    const stateFor = (use: 'file' | 'history') =>
      id ? linkState(app.secrets, use, id, request.query, app.db.clock.now()) : null
    const past = stateFor('history')
    const state = past ?? stateFor('file')
    if (state === 'EXPIRED') return say(response, 410, 'This link has expired. Ask for a new one.')
    const find = () =>
      uploadId
        ? uploadToServe(app.db, uploadId, { past: past !== null })
        : copyId
          ? fileToServe(app.db, copyId)
          : null
    const file = state === 'OPEN' ? await find() : null
    if (!file) return say(response, 404, 'There is no such file.')
    try {
      await send(app.files, file, request, response)
    } catch (error) {
      // The connection ended: who asked is gone, or the store was.
      if (response.headersSent) return void response.destroy()
      report(error as Error)
      say(response, 503, 'The file cannot be read now. Try again later.')
    }
  })
  return router
}

async function send(store: FileStore, file: FileToServe, request: Request, response: Response) {
  const { contentType, name, size, storedAs } = file
  const place = shown.has(contentType) ? 'inline' : 'attachment'
  response.set({
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, max-age=3600',
    ETag: `"${storedAs}"`,
  })
  if (request.fresh) return void response.status(304).end()
  const part = partOf(request, size, `"${storedAs}"`)
  if (part === 'BEYOND') {
    response.set('Content-Range', `bytes */${size}`)
    return say(response, 416, `It has ${size} bytes.`)
  }
  const content =
    request.method === 'HEAD' ? Readable.from([]) : await store.read(storedAs, part ?? undefined)
  if (!content) return say(response, 404, 'There is no such file.')
  response.status(part ? 206 : 200).set({
    'Content-Type': contentType,
    'Content-Length': String(part ? part.end - part.start + 1 : size),
    'Content-Disposition': `${place}; filename*=UTF-8''${encoded(startOf(name, longestName))}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    ...(part && { 'Content-Range': `bytes ${part.start}-${part.end}/${size}` }),
  })
  await pipeline(content, response)
}

/** Null for all of it; several parts at once are not made. */
function partOf(request: Request, size: number, tag: string): FilePart | 'BEYOND' | null {
  const condition = request.headers['if-range']
  if (condition !== undefined && condition !== tag) return null
  const ranges = request.range(size, { combine: true })
  if (ranges === -1) return 'BEYOND'
  if (!Array.isArray(ranges) || ranges.type !== 'bytes' || ranges.length !== 1) return null
  return ranges[0] ?? null
}

/** As RFC 8187 has it. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** An answer for people. */
export function say(response: Response, status: number, text: string) {
  response.status(status).type('text').send(text)
}
