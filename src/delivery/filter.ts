import { DeliveryState } from '../generated/prisma/enums.js'
import { earliestId } from '../ids.js'

export interface DeliveryFilter {
  integrationId?: string | null
  webhookId?: string | null
  conversationId?: string | null
  /** Any of these; every state when left out. */
  states?: readonly DeliveryState[] | null
  eventTypes?: readonly string[] | null
  /** From this moment on. */
  createdAfter?: Date | null
  createdBefore?: Date | null
}

const allStates = Object.values(DeliveryState)

/** How far the time in an id may be from the time that is stored beside it, in ms: one transaction takes both. */
const apart = 5 * 60_000

/** Which fields a filter has: lists of the same shape are the same statement. Short, for a statement's name is. */
export function filterShape(filter: DeliveryFilter): string[] {
  return [
    ...(filter.integrationId ? ['fin'] : []),
    ...(filter.webhookId ? ['hook'] : []),
    ...(filter.conversationId ? ['conv'] : []),
    ...(filter.eventTypes ? ['type'] : []),
    ...(filter.createdAfter ? ['from'] : []),
    ...(filter.createdBefore ? ['to'] : []),
    ...(filter.states
      ? [
          distinct(filter.states)
            .map((state) => allStates.indexOf(state))
            .join(''),
        ]
      : []),
  ]
}

/** The values of `filterSql`, in order. */
export function filterValues(filter: DeliveryFilter): unknown[] {
  const { integrationId, webhookId, conversationId, eventTypes, createdAfter, createdBefore } = filter
  return [
    ...(integrationId ? [integrationId] : []),
    ...(webhookId ? [webhookId] : []),
    ...(conversationId ? [conversationId] : []),
    ...(eventTypes ? [distinct(eventTypes)] : []),
    ...(createdAfter ? [createdAfter, firstIdOf(createdAfter)] : []),
    ...(createdBefore ? [createdBefore, lastIdOf(createdBefore)] : []),
  ]
}

/** What a filter asks of a listener `l` and of its deliveries `d`, and what is to be joined to those for it. */
export interface FilterSql {
  listener: string[]
  delivery: string[]
  types: string
  /** Deliveries in several states are as many lists. Written out, so that the indexes of one state can serve. */
  states: string[]
}

export function filterSql(filter: DeliveryFilter, parameter: () => string): FilterSql {
  const sql: FilterSql = { listener: [], delivery: [], types: '', states: [''] }
  if (filter.integrationId) sql.listener.push(`l.integration_id = ${parameter()}::uuid`)
  if (filter.webhookId) sql.listener.push(`l.webhook_id = ${parameter()}::uuid`)
  if (filter.conversationId) sql.delivery.push(`d.conversation_id = ${parameter()}::uuid`)
  if (filter.eventTypes) {
    sql.types = `unnest(${parameter()}::text[]) t(type) cross join lateral`
    sql.delivery.push('d.event_type = t.type')
  }
  // The ids, which are made in the order of time, find the place in the index.
  if (filter.createdAfter) {
    sql.delivery.push(`d.created_at >= ${parameter()}::timestamptz and d.id >= ${parameter()}::uuid`)
  }
  if (filter.createdBefore) {
    sql.delivery.push(`d.created_at < ${parameter()}::timestamptz and d.id < ${parameter()}::uuid`)
  }
  if (filter.states) sql.states = distinct(filter.states).map((state) => ` and d.state = '${state}'`)
  return sql
}

/** Whether a filter shows a delivery. */
export function fits(filter: DeliveryFilter, delivery: Filtered): boolean {
  const { integrationId, webhookId, conversationId, states, eventTypes, createdAfter, createdBefore } = filter
  return (
    (!integrationId || delivery.integrationId === integrationId) &&
    (!webhookId || delivery.webhookId === webhookId) &&
    (!conversationId || delivery.conversationId === conversationId) &&
    (!states || states.includes(delivery.state)) &&
    (!eventTypes || (delivery.eventType !== null && eventTypes.includes(delivery.eventType))) &&
    (!createdAfter || delivery.createdAt >= createdAfter) &&
    (!createdBefore || delivery.createdAt < createdBefore)
  )
}

/** What filters look at. */
export interface Filtered {
  integrationId: string | null
  webhookId: string | null
  conversationId: string | null
  state: DeliveryState
  eventType: string | null
  createdAt: Date
}

function distinct<Text extends string>(texts: readonly Text[]): Text[] {
  return [...new Set(texts)].sort()
}

/** What was made from this moment on has later ids. */
export function firstIdOf(createdAfter: Date): string {
  return earliestId(new Date(createdAfter.getTime() - apart))
}

/** What was made before this moment has earlier ids. */
export function lastIdOf(createdBefore: Date): string {
  return earliestId(new Date(createdBefore.getTime() + apart))
}
