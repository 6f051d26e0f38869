import path from 'node:path'
import express, { type Request, type RequestHandler, Router } from 'express'
import { projectRoot } from '../root.js'

const folder = path.join(projectRoot, 'web/dist')

/** A page that came to this machine may call a program on it: Fin's emulator. */
const emulator = 'http://localhost:* http://127.0.0.1:*'

/** The page at `/`, as Vite built it; nothing in it comes from elsewhere. */
export function page(): Router {
  return Router().use(
    guarded,
    express.static(folder, {
      redirect: false,
      setHeaders(response, file) {
        // The names of these change with what is in them.
        const isNamedByContent = path.dirname(file) === path.join(folder, 'assets')
        response.set('Cache-Control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
}

const guarded: RequestHandler = (request, response, next) => {
  response.set({
    'Content-Security-Policy': policyFor(request),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
  next()
}

function policyFor({ hostname }: Request): string {
  const isLocal = ['localhost', '127.0.0.1'].includes(hostname)
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${isLocal ? ` ${emulator}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
