import type { Answer, Json } from '../calls.js'
import { expectSame, expectThat } from '../point.js'
import type { Probe } from '../probe.js'

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** ISO 8601 in UTC with milliseconds. */
export function expectMoment(value: unknown): void {
  expectThat(typeof value === 'string' && moment.test(value), 'a time as 2025-10-27T14:30:00.000Z', value)
}

export function expectStatus({ status, body }: Answer, expected: number): void {
  expectThat(status === expected, `HTTP ${expected}`, { status, body })
}

// An error counts whatever the HTTP status says: the pages do not tell which status goes with it.
const isError = ({ body }: Answer) => (body?.error ?? null) !== null

/** Carried out: any 2xx. */
export function expectTaken(answer: Answer): void {
  const { status, body } = answer
  expectThat(status >= 200 && status < 300 && !isError(answer), 'success', { status, body })
}

/** A 4xx, or an error in the body. */
export function expectRefused(answer: Answer): void {
  const { status, body } = answer
  expectThat((status >= 400 && status < 500) || isError(answer), 'a refusal', { status, body })
}

/** Under `data` in one variant, bare in the other. */
export function expectEnvelope(probe: Probe, { body }: Answer, isRight: (object: Json) => boolean): void {
  const object = probe.variant === 'posts' ? body?.data : body
  expectThat(isRight(object), probe.variant === 'posts' ? 'it under `data`' : 'it without an envelope', body)
}

/** As it was given, where the helpdesk shows it: what is optional may be left out. */
export function expectKept(shown: unknown, given: unknown): void {
  if (shown !== undefined) expectSame(shown, given)
}

/** The same of one attribute of a user or conversation. */
export function expectAttribute({ attributes }: Json, name: string, given: unknown): void {
  if (attributes !== undefined) expectSame(attributes?.[name], given)
}

/** Present, and a text or null. */
export function expectTextOrNull(object: Json, fields: readonly string[]): void {
  for (const field of fields) {
    const value = object?.[field]
    expectThat(value === null || typeof value === 'string', `${field}: a text or null`, object)
  }
}

/** With what an agent must have in the one variant, and may lack in the other. */
export function expectWholeAgent({ variant }: Probe, agent: Json): void {
  expectThat(agent?.user_type === 'agent', 'user_type agent', agent)
  expectTextOrNull(agent, ['name', 'email'])
  const isNamed = typeof agent.name === 'string' && typeof agent.email === 'string'
  expectThat(variant === 'rest' || isNamed, 'a name and an email', agent)
}

/** Where errors go in each variant. */
export function expectProblem(probe: Probe, { status, body }: Answer): void {
  const problem = probe.variant === 'posts' ? body?.error : body
  const isProblem = problem?.status === status && typeof problem?.title === 'string'
  expectThat(isProblem && (probe.variant === 'rest' || body.data === null), 'a problem (RFC 7807)', body)
}
