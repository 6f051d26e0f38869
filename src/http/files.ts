import { Router } from 'express'
import type { App } from '../app.js'
import { linkState } from '../file/link.js'
import { fileToServe } from '../file/read.js'
import { storedId } from '../ids.js'
import { startOf } from '../text.js'

/** More would not fit into a header. */
const longestName = 200

/** Types that a browser may show; anything else is only to be saved. */
const shown = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/** Stored files, for whoever has a signed link: `GET /files/file_…?expires=…&signature=…`. */
export function files(app: App): Router {
  const router = Router()
  router.get('/:id', async (request, response) => {
    const id = storedId('StoredFile', request.params.id)
    const { expires, signature } = request.query
    const state = id && linkState(app.secrets, id, { expires, signature }, app.db.clock.now())
    if (state === 'EXPIRED') {
      response.status(410).type('text').send('This link has expired. Ask for a new one.')
      return
    }
    const file = state === 'OPEN' && id ? await fileToServe(app.db, id) : null
    if (!file || !id) {
      response.status(404).type('text').send('There is no such file.')
      return
    }
    const place = shown.has(file.contentType) ? 'inline' : 'attachment'
    response.set({
      'Content-Type': file.contentType,
      'Content-Disposition': `${place}; filename*=UTF-8''${encoded(startOf(file.name, longestName))}`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    })
    const options = {
      dotfiles: 'allow' as const,
      cacheControl: false,
      headers: { 'Cache-Control': 'private, max-age=3600' },
    }
    response.sendFile(app.files.pathOf(id), options, (error) => {
      if (error && !response.headersSent) response.status(404).type('text').send('There is no such file.')
    })
  })
  router.all('/:id', (_, response) => {
    response.status(405).set('Allow', 'GET').end()
  })
  return router
}

/** As RFC 8187 has it. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
