import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import { contextFor } from '../../../schema/context.js'
import type { AgentActor } from '../../actor.js'
import type { App } from '../../app.js'
import { newestPosition } from '../../events/read.js'
import { resume } from '../../events/resume.js'
import type { Caller } from '../bearer.js'
import { sharedField } from './field.js'
import { Group } from './group.js'
import type { SharedOperation } from './operation.js'
import { rightsKey, rightsOf } from './rights.js'
import { type Membership, SharedStream, type StreamOptions } from './stream.js'

/** Executes subscriptions of the same document, variables and rights once for all of them. */
export interface Sharing {
  /**
   * Null when the operation is none to share, or cannot begin: then it is executed for its subscriber alone. A result
   * when that could not be found out.
   */
  stream(request: SharedRequest): Promise<SharedStream | ExecutionResult | null>
}

export interface SharedRequest {
  text: string
  args: ExecutionArgs
  caller: Caller
  alone: StreamOptions['alone']
  /** Where its stream is while it lasts: refresh it when the caller's rights may have changed. */
  streams: Set<SharedStream>
}

/** How far behind the newest event a group may begin; whoever is further back first catches up by itself. */
const nearEnough = 1_000
/** How long a group waits for others who resume, so that it begins with the one furthest back, in ms. */
const gatheringTime = 5
const mostRemembered = 1_000

export interface SharingOptions {
  shownError: (error: unknown) => Error
  settled: StreamOptions['settled']
}

export function openSharing(app: App, { shownError, settled }: SharingOptions): Sharing {
  const groups = new Map<string, Gathering>()
  /** Documents in which something depends on who looks. */
  const personal = new Set<string>()

  async function join(key: string, operation: SharedOperation, from: number): Promise<Membership | null> {
    const gathering = groups.get(key) ?? gather(operation, emptied)
    groups.set(key, gathering)
    function emptied() {
      if (groups.get(key) === gathering) groups.delete(key)
    }
    const membership = await gathering.join(from).catch((error) => {
      emptied()
      throw error
    })
    if (membership && !membership.group.ended) return membership
    membership?.leave()
    emptied()
    return membership ? join(key, operation, from) : null
  }

  function gather(operation: SharedOperation, emptied: () => void): Gathering {
    let members = 0
    let furthest = Number.POSITIVE_INFINITY
    const opening = (async () => {
      const newest = await newestPosition(app.db)
      await delay(gatheringTime)
      const isNear = furthest >= newest - nearEnough && furthest <= newest
      return Group.open(operation, { from: isNear ? furthest : newest, members: () => members, settled })
    })()
    return {
      async join(from) {
        members++
        furthest = Math.min(furthest, from)
        const group = await opening
        if (!group) return null
        const leave = () => {
          if (--members > 0) return
          emptied()
          group.close()
        }
        return { group, leave }
      },
    }
  }

  /** Null for a cursor that cannot be resumed, which the operation itself has to say. */
  async function placeIn(after: string | null | undefined): Promise<number | null> {
    const { position, lost } = await resume(app.db, app.log, after)
    return lost ? null : position
  }

  async function begin({ text, args, caller, alone, streams }: SharedRequest): Promise<SharedStream | null> {
    const field = sharedField(args)
    const document = JSON.stringify([text, args.operationName ?? null])
    if (!field || personal.has(document)) return null
    const { survives, begins, others, inTurn } = field
    const operationFor = (rights: AgentActor): SharedOperation => ({
      schema: args.schema,
      document: args.document,
      operationName: args.operationName,
      variableValues: args.variableValues,
      context: (going) => Object.assign(contextFor(app, rights), going),
      inTurn,
      shownError,
    })
    const stream: SharedStream = new SharedStream({
      resumeAt: begins.snapshot && begins.after == null ? null : await placeIn(begins.after),
      alone,
      settled,
      async look(before) {
        const now = await caller.again()
        if (!now) return 'refused'
        const key = rightsKey(now)
        const rights = rightsOf(now)
        const operation = operationFor(rights)
        return {
          operation,
          rights,
          isOther: before !== null && rightsKey(before) !== key && !survives({ before, now: rights }),
          join: (from) => join(JSON.stringify([document, others, key]), operation, from),
        }
      },
      isPersonal() {
        if (personal.size >= mostRemembered) personal.clear()
        personal.add(document)
      },
      ended: () => streams.delete(stream),
    })
    streams.add(stream)
    return (await stream.enter()) ? stream : null
  }

  return {
    stream: (request) => begin(request).catch((error) => ({ errors: [shownError(error) as GraphQLError] })),
  }
}

/** A group that is, or is about to be. */
interface Gathering {
  /** Null when the operation cannot begin. */
  join(from: number): Promise<Membership | null>
}
