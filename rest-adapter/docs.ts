import { createRequire } from 'node:module'
import path from 'node:path'
import { Router } from 'express'
import { Problem } from './problem.js'
import type { Variant } from './variant.js'

const viewer = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const page = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Graphdesk REST API for Fin</title>
  <link rel="stylesheet" href="swagger-ui.css">
  <link rel="icon" href="favicon-32x32.png">
</head>
<body>
  <main id="contract"></main>
  <script src="swagger-ui-bundle.js"></script>
  <script src="swagger-ui-standalone-preset.js"></script>
  <script src="start.js"></script>
</body>
</html>
`

/** The viewer writes styles into elements; nothing else comes from anywhere but here. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const assets = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'favicon-32x32.png',
]

/** A page on which people read the contracts, from this server's own files. To read only: it calls nothing. */
export function docs(variants: readonly Variant[]): Router {
  const router = Router({ strict: true })
  router.use((request, response, next) => {
    if (!['GET', 'HEAD'].includes(request.method)) {
      throw new Problem(405, 'This path is only to be read.', { headers: { Allow: 'GET' } })
    }
    response.set({ 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' })
    next()
  })
  router.get('/', (request, response) => {
    // Relative addresses begin at the folder.
    const { pathname } = new URL(request.originalUrl, 'http://here')
    if (!pathname.endsWith('/')) return response.redirect(301, `${pathname.split('/').at(-1)}/`)
    response.set('Cache-Control', 'no-cache').type('html').send(page)
  })
  router.get('/start.js', (_, response) => {
    response.set('Cache-Control', 'no-cache').type('js').send(startScript(variants))
  })
  for (const asset of assets) {
    router.get(`/${asset}`, (_, response) => {
      response.sendFile(path.join(viewer, asset), { maxAge: '1h' })
    })
  }
  return router
}

function startScript(variants: readonly Variant[]): string {
  const urls = variants.map(({ title, address }) => ({ name: title, url: `..${address}` }))
  return `SwaggerUIBundle({
  urls: ${JSON.stringify(urls)},
  dom_id: '#contract',
  deepLinking: true,
  supportedSubmitMethods: [],
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
})
`
}
