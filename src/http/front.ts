import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { targetOf } from '../request/target.js'
import type { Drain } from './drain.js'

/** Answers all requests to the paths that it owns. */
export interface Api {
  owns(path: string): boolean
  answer(request: IncomingMessage, response: ServerResponse): void
}

/** Where every request comes in: an API answers what it owns, and whatever is left goes to `others`. */
export function front(drain: Drain, apis: readonly Api[], others: RequestListener): RequestListener {
  return (request, response) => {
    drain.watch(response)
    // HTTP lets a client name the whole address as well.
    request.url = request.url?.replace(wholeAddress, '/')
    const { path } = targetOf(request)
    const api = apis.find((one) => one.owns(path))
    if (api) api.answer(request, response)
    else others(request, response)
  }
}

const wholeAddress = /^[a-z][a-z\d+.-]*:\/\/[^/?]*\/?/i
