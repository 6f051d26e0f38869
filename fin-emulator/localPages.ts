import type { RequestHandler } from 'express'

/** Pages of this machine; anyone else's could write as an end-user through whoever has them open. */
const local = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/

/** Lets a helpdesk's local page call the messenger. */
export const localPages: RequestHandler = (request, response, next) => {
  const { origin } = request.headers
  response.vary('Origin')
  if (!origin || !local.test(origin)) return next()
  response.set('Access-Control-Allow-Origin', origin)
  if (request.method !== 'OPTIONS') return next()
  response.set({
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Allow-Headers': 'content-type',
  })
  response.status(204).end()
}
