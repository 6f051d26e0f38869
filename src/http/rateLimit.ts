import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import { LRUCache } from 'lru-cache'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { bearerToken } from '../token/bearer.js'
import { secretHash } from '../token/mint.js'
import type { AddressOf } from './clientAddress.js'

/** Counts a request. */
export type Limit = (request: IncomingMessage, response: ServerResponse) => Promise<Counted>

export interface Counted {
  /** The seconds to wait when there were too many; else null. */
  wait: number | null
  /** To be called once its caller is known: from then on it is no guess, however long it is under way. */
  isNoGuess(): void
}

/**
 * Limits requests a minute, per token or, without one, per address, and a tenth as many tries of wrong tokens, per
 * address: each costs a look-up, and none has a limit of its own. Whoever guesses shuts out no token that is in use.
 */
export function limitedRequests(limit: number, addressOf: AddressOf): Limit {
  const requests = counted(limit)
  const guesses = limitedGuesses(Math.ceil(limit / 10))
  return async (request, response) => {
    const address = addressOf(request)
    const token = bearerToken(request.headers.authorization)
    const hashed = token && secretHash(token).toString('base64url')
    const guess = await guesses(address, hashed, response)
    const wait = guess.wait ?? (await told(response, hashed ?? address))
    if (wait !== null) response.setHeader('Retry-After', wait)
    return { ...guess, wait }
  }

  /** As draft 8 of the RateLimit headers has it; a key is shown by its hash. */
  async function told(response: ServerResponse, key: string) {
    const { left, seconds, isOver } = await requests.count(key)
    const part = Buffer.from(hash('sha256', key).slice(0, 12)).toString('base64')
    response.setHeader('RateLimit', `"${limit}-in-1min"; r=${left}; t=${seconds}`)
    response.setHeader('RateLimit-Policy', `"${limit}-in-1min"; q=${limit}; w=${minute}; pk=:${part}:`)
    return isOver ? seconds : null
  }
}

/** The same limit for operations over sockets, which have no headers to tell it in. */
export function limitedOperations(limit: number): (key: string) => Promise<GraphQLError | null> {
  const operations = counted(limit)
  return async (key) => {
    const { seconds, isOver } = await operations.count(key)
    return isOver ? new GraphQLError(tooMany(seconds), { extensions: { code: 'RATE_LIMITED' } }) : null
  }
}

export const tooMany = (seconds: number) => `Too many requests; repeat in ${seconds} s.`

/**
 * Counts every request until it turns out to be no guess, since many may be under way together; but none of a token that
 * was let in of late, by its hash.
 */
function limitedGuesses(limit: number) {
  const guesses = counted(limit)
  const letIn = new LRUCache<string, true>({ max: mostKnown, ttl: known })
  return async (address: string, token: string | null, response: ServerResponse): Promise<Counted> => {
    if (token && letIn.has(token)) {
      response.once('close', () => {
        if (response.statusCode === 401) letIn.delete(token)
      })
      return { wait: null, isNoGuess() {} }
    }
    const { seconds, until, isOver } = await guesses.count(address)
    let isCounted = true
    const giveBack = () => {
      if (isCounted && performance.now() < until) guesses.giveBack(address)
      isCounted = false
    }
    response.once('close', () => {
      if (response.statusCode !== 401 && response.headersSent) giveBack()
    })
    const isNoGuess = () => {
      if (token) letIn.set(token, true)
      giveBack()
    }
    return { wait: isOver ? seconds : null, isNoGuess }
  }
}

/** How long a token counts as known after it was let in, in ms, and how many do. */
const known = 10 * 60_000
const mostKnown = 10_000

/** In seconds. */
const minute = 60

function counted(limit: number) {
  const limiter = new RateLimiterMemory({ points: limit, duration: minute })
  return {
    async count(key: string) {
      const { consumedPoints, remainingPoints, msBeforeNext } = await limiter.penalty(key)
      return {
        left: remainingPoints,
        seconds: Math.ceil(msBeforeNext / 1_000),
        /** When the count begins anew, as `performance.now()` tells it. */
        until: performance.now() + msBeforeNext,
        isOver: consumedPoints > limit,
      }
    },
    giveBack: (key: string) => limiter.reward(key),
  }
}
