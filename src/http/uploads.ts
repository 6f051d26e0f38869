import { type RequestHandler, Router } from 'express'
import type { App } from '../app.js'
import { linkState } from '../file/link.js'
import { receiveContent, WrongContent } from '../file/receive.js'
import { mediaTypeOf } from '../file/type.js'
import { announcedUpload } from '../file/upload.js'
import { storedId } from '../ids.js'
import { say } from './files.js'
import type { Report } from './shownErrors.js'

/** The content of announced files, from whoever has a signed link: `PUT /files/upload_…?expires=…&signature=…`. */
export function uploads(app: App, { report }: { report: Report }): Router {
  const router = Router()
  router.put('/:id', async (request, response) => {
    const id = storedId('UploadedFile', request.params.id)
    const state = id && linkState(app.secrets, 'upload', id, request.query, app.db.clock.now())
    if (state === 'EXPIRED') return say(response, 410, 'This link has expired. Ask for a new one.')
    const file = state === 'OPEN' && id ? await announcedUpload(app.db, id) : null
    if (!file) return say(response, 404, 'There is no such file.')
    if (file.storedAs) return say(response, 409, 'Its content is there already.')

    const { 'content-length': length, 'content-type': type, 'content-encoding': encoding } = request.headers
    if (length === undefined) return say(response, 411, 'Say its Content-Length.')
    if (Number(length) > file.size) return say(response, 413, `It was announced with ${file.size} bytes.`)
    if (Number(length) < file.size) return say(response, 400, `It was announced with ${file.size} bytes.`)
    if (encoding !== undefined && encoding !== 'identity')
      return say(response, 415, 'Send it as it is, without a Content-Encoding.')
    if (type !== undefined && mediaTypeOf(type) !== file.contentType)
      return say(response, 415, `It was announced as ${file.contentType}.`)

    const gone = new AbortController()
    response.on('close', () => gone.abort())
    try {
      const expected = { file, types: app.uploadLimits.types }
      const isStored = await receiveContent(app.db, app.files, expected, request, gone.signal)
      if (isStored) response.status(204).end()
      else say(response, 409, 'Its content is there already.')
    } catch (error) {
      if (gone.signal.aborted) return
      if (error instanceof WrongContent)
        return say(response, error.what === 'TYPE' ? 415 : 400, error.message)
      // Of a connection that broke there is nobody to tell.
      if (request.destroyed && !request.complete) return
      report(error as Error)
      say(response, 503, 'The file could not be stored. Send it again later.')
    }
  })
  router.all('/:id', (_, response) => {
    response.status(405).set('Allow', 'GET, HEAD, PUT').end()
  })
  return router
}

/** Pages of these origins may send and read files. */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers
    response.vary('Origin')
    if (origin && (origins.includes(origin) || origins.includes('*')))
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'Content-Disposition, Content-Range',
      })
    if (request.method !== 'OPTIONS') return next()
    response
      .status(204)
      .set({
        'Access-Control-Allow-Methods': 'GET, HEAD, PUT',
        'Access-Control-Allow-Headers': 'Content-Type',
        'Access-Control-Max-Age': '600',
      })
      .end()
  }
}
