import type { NextFunction, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { GraphQLError } from 'graphql'
import { RateLimiterMemory } from 'rate-limiter-flexible'
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

/** Limits tries of wrong tokens a minute, per address: each costs a look-up, and none has a limit of its own. */
export function limitedGuesses(limit: number, refuse: Refuse): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: false,
    legacyHeaders: false,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_, response) => response.statusCode !== 401,
    keyGenerator: (request) => request.ip ?? '',
    validate: { keyGeneratorIpFallback: false },
    handler: (_, response, next) => refuse(Number(response.getHeader('Retry-After') ?? 60), response, next),
  })
}

/** The refusal in GraphQL's form. */
export const refuseGraphql: Refuse = (seconds, response) =>
  graphqlFault(response, 429, 'RATE_LIMITED', tooMany(seconds))

/** The same limit for operations over sockets, which have no headers to tell it in. */
export function limitedOperations(limit: number): (key: string) => Promise<GraphQLError | null> {
  const limiter = new RateLimiterMemory({ points: limit, duration: 60 })
  return (key) =>
    limiter.consume(key).then(
      () => null,
      ({ msBeforeNext }) =>
        new GraphQLError(tooMany(Math.ceil(msBeforeNext / 1_000)), { extensions: { code: 'RATE_LIMITED' } }),
    )
}

const tooMany = (seconds: number) => `Too many requests; repeat in ${seconds} s.`
