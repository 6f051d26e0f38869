import type { Request } from 'express'
import type { VariantName } from '../../../../fin-emulator/connection.js'
import type { Rules } from './rules.js'

// biome-ignore lint/suspicious/noExplicitAny: a helpdesk that is broken on purpose
export type Json = any

/** One call of one operation, while it is carried out. */
export interface Call {
  operation: string
  parameters: Json
  isRest: boolean
}

export interface Answer {
  status: number
  /** What it is about; null for an error, which stands in `error`. */
  object: Json
  error?: Json
  /** Whether it stands at the top level, and under `data`. */
  bare: boolean
  data: boolean
}

export interface Signature {
  secret: string
  timestamp: string
  signed: string
  given: string
}

/** What a helpdesk does otherwise than one that does all that Fin relies on. */
export interface Breakage {
  /** Before a call is carried out: changes its parameters, or answers itself. */
  before?(call: Call): Partial<Answer> | undefined
  /** After it. */
  after?(call: Call, answer: Answer): void
  /** Of the token endpoint: changes what it gives. */
  token?(request: Request, answer: { status: number; body: Json }): void
  /** Whether the Authorization value opens the door. */
  lets?(authorization: string | undefined, request: Request): boolean
  /** The status for those whom it does not let in. Default: 401. */
  closed?: number
  /** Without the challenge. */
  noChallenge?: boolean
  /** Whether a signature fits; asked after the right answer is known. */
  fits?(signature: Signature, right: boolean): boolean
  /** Instead of 400 for a body that is no JSON. */
  malformed?: number
  /** Rules of the store. */
  rules?: Partial<Rules>
}

/** Something that it may do otherwise, in both variants or in one only. */
export interface Allowed extends Breakage {
  variant?: VariantName
}

/** After an operation: changes its successful answer. */
export const after = (
  operation: string,
  change: (object: Json, answer: Answer, call: Call) => void,
): Breakage => ({
  after(call, answer) {
    if (call.operation === operation && answer.status < 400) change(answer.object, answer, call)
  },
})

/** Before an operation: changes what was sent, or answers with a status. */
export const before = (operation: string, change: (parameters: Json) => unknown): Breakage => ({
  before(call) {
    if (call.operation !== operation) return
    const status = change(call.parameters)
    return typeof status === 'number' ? { status } : undefined
  },
})

/** After an operation that lists: changes each item. */
export const each = (operation: string, change: (item: Json) => void) =>
  after(operation, (list) => list.forEach(change))

/** Answers with this status where something is unknown. */
export const unknown = (operation: string, status: number): Breakage => ({
  after(call, answer) {
    if (call.operation !== operation || answer.status !== 404) return
    answer.status = status
    answer.error = { type: 'about:blank', title: 'Refused', status }
  },
})

/** With this status where all went well. */
export const withStatus = (operation: string, status: number) =>
  after(operation, (_, answer) => Object.assign(answer, { status }))

/** In the envelope of the other variant. */
export const otherEnvelope = (operation: string) =>
  after(operation, (_, answer, { isRest }) => Object.assign(answer, { bare: !isRest, data: isRest }))

/** At the top level only. */
export const bareOnly = (operation: string) =>
  after(operation, (_, answer) => Object.assign(answer, { bare: true, data: false }))

/** Under `data` only. */
export const dataOnly = (operation: string) =>
  after(operation, (_, answer) => Object.assign(answer, { bare: false, data: true }))

export const withoutMs = (time: string) => time.replace('.000Z', 'Z')
