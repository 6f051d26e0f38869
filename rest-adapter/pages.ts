import { type ErrorRequestHandler, Router } from 'express'
import { refuseWith } from './answer.js'
import { type Contract, servedContract } from './contract.js'
import { docs } from './docs.js'
import { problemOf, type Report } from './faults.js'
import { Problem } from './problem.js'
import type { Variant } from './variant.js'
import { postsVariant } from './variantPosts.js'
import { restVariant } from './variantRest.js'

export interface PagesOptions {
  publicUrl: () => string
  report: Report
}

const addresses = ['/docs', restVariant.address, postsVariant.address]

/** Whether a path belongs to what is only to be read. */
export function isPage(path: string): boolean {
  const place = `${path.toLowerCase()}/`
  return addresses.some((address) => place.startsWith(`/api/fin${address}/`))
}

/** What tells people and programs about the API: both contracts, and a page that shows them. */
export function pages(
  sides: readonly { variant: Variant; contract: Contract }[],
  { publicUrl, report }: PagesOptions,
): Router {
  const router = Router()
  for (const { variant, contract } of sides) {
    router
      .route(variant.address)
      .get((_, response) => {
        response.json(servedContract(contract, publicUrl()))
      })
      .all(() => {
        throw new Problem(405, 'This path is only to be read.', { headers: { Allow: 'GET' } })
      })
  }
  router.use('/docs', docs([postsVariant, restVariant]))
  router.use(() => {
    throw new Problem(404, 'There is no such path.')
  })
  router.use(((error, _request, response, next) => {
    if (response.headersSent) return next(error)
    refuseWith(response, restVariant, problemOf(error, report))
  }) satisfies ErrorRequestHandler)
  return router
}
