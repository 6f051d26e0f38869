import type { ServerResponse } from 'node:http'
import type { ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Caller } from './bearer.js'
import type { Carried } from './exchange.js'
import type { Held, Rechecks } from './rechecks.js'
import type { Going } from './sharing/operation.js'
import type { Sharing } from './sharing/share.js'
import { SharedStream } from './sharing/stream.js'

interface Requested extends Carried {
  params: { query?: string | null }
}

/** Gives those who follow over server-sent events what is executed once for all of equal rights. */
export function sharedSse({ sharing, rechecks }: { sharing: Sharing; rechecks: Rechecks }): Plugin {
  return {
    onSubscribe({ args: { contextValue }, subscribeFn, setSubscribeFn }) {
      const { exchange, params } = contextValue as unknown as Requested
      // A socket shares by itself.
      if (!('response' in exchange)) return
      const { response, caller } = exchange
      const text = params.query
      if (!caller || !text) return
      setSubscribeFn(async (args) => {
        const alone = (going: Going) =>
          subscribeFn({ ...args, contextValue: Object.assign(contextValue, going) })
        const streams = heldUntilClosed(response, caller, rechecks)
        const stream = await sharing.stream({ text, args, caller, alone, streams })
        if (!(stream instanceof SharedStream)) return stream ?? alone({})
        if (response.closed) stream.stop()
        return results(stream)
      })
    },
  }
}

/** Where the streams are that a response shows. */
function heldUntilClosed(response: ServerResponse, caller: Caller, { held }: Rechecks): Set<SharedStream> {
  const streams = new Set<SharedStream>()
  const one: Held = {
    caller,
    changed() {
      for (const stream of streams) stream.refresh()
    },
    lost() {
      for (const stream of streams) stream.stop()
    },
  }
  held.add(one)
  response.once('close', () => {
    held.delete(one)
    one.lost()
  })
  return streams
}

/** As yoga takes them: what is JSON already says so itself. */
async function* results(stream: SharedStream): AsyncGenerator<ExecutionResult, void> {
  for await (const result of stream.results()) {
    yield typeof result === 'string' ? ({ stringify: () => result } as ExecutionResult) : result
  }
}
