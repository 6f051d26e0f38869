import type { NextFunction, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { bearerToken } from '../token/bearer.js'
import { secretHash } from '../token/mint.js'
import { graphqlFault } from './shownErrors.js'

/** Answers a request that came too early; `seconds` is when to try again. */
export type Refuse = (seconds: number, response: Response, next: NextFunction) => void

/** Limits requests a minute, per token or, without one, per address; told in the RateLimit headers. */
export function limited(limit: number, refuse: Refuse): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => {
      const token = bearerToken(request.headers.authorization)
      return token ? secretHash(token).toString('base64url') : (request.ip ?? '')
    },
    validate: { keyGeneratorIpFallback: false },
    handler: (_, response, next) => refuse(Number(response.getHeader('Retry-After') ?? 60), response, next),
  })
}

/** The refusal in GraphQL's form. */
export const refuseGraphql: Refuse = (seconds, response) =>
  graphqlFault(
    response,
    429,
    'RATE_LIMITED',
    `Too many requests; repeat in ${seconds} s. See the RateLimit headers.`,
  )
