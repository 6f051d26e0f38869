import type { Response } from 'express'
import type { ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Caller } from './bearer.js'
import type { Held, Rechecks } from './rechecks.js'
import type { Going } from './sharing/group.js'
import type { Sharing } from './sharing/share.js'
import { SharedStream } from './sharing/stream.js'

/** What a request leaves in the context; a socket, which shares by itself, has no response. */
interface Requested {
  res?: Response
  params: { query?: string | null }
}

/** Gives those who follow over server-sent events what is executed once for all of equal rights. */
export function sharedSse({ sharing, rechecks }: { sharing: Sharing; rechecks: Rechecks }): Plugin {
  return {
    onSubscribe({ args: { contextValue }, subscribeFn, setSubscribeFn }) {
      const { res, params } = contextValue as unknown as Requested
      const caller = res?.locals.caller as Caller | undefined
      const text = params.query
      if (!res || !caller || !text) return
      setSubscribeFn(async (args) => {
        const alone = (going: Going) =>
          subscribeFn({ ...args, contextValue: Object.assign(contextValue, going) })
        const streams = heldUntilClosed(res, caller, rechecks)
        const stream = await sharing.stream({ text, args, caller, alone, streams })
        if (!(stream instanceof SharedStream)) return stream ?? alone({})
        if (res.closed) stream.stop()
        return results(stream)
      })
    },
  }
}

/** Where the streams are that a response shows. */
function heldUntilClosed(response: Response, caller: Caller, { held }: Rechecks): Set<SharedStream> {
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
