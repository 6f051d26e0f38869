import type { Actor } from '../actor.js'
import { type Condition, conditions, type PlacedRow, type Scope } from './conditions.js'
import type { ConversationConditions, ConversationFilter } from './filter.js'

type Field = keyof ConversationConditions

/** The conditions that stand in a filter itself, not in those within it. */
export function ownConditions(filter: ConversationFilter): [Field, unknown][] {
  const { and, or, not, ...own } = filter
  return Object.entries(own).filter(([, value]) => value != null) as [Field, unknown][]
}

/** What a filter asks of the conversation `c`, as parts of a statement. */
export interface Asked {
  /** What has to be true. */
  conditions: string[]
  /** The statement begins with this. */
  start: string
}

/** SQL of a filter, for whoever asks; its values are added to those that the statement has already. */
export function askedSql(filter: ConversationFilter, actor: Actor | null, values: unknown[]): Asked {
  const found: string[] = []
  const conditions = conditionsSql(filter, {
    actor,
    bind: (value) => `$${values.push(value)}`,
    find(ids) {
      const name = `found_${found.length}`
      found.push(`${name} as materialized (${ids})`)
      return `select id from ${name}`
    },
  })
  return { conditions, start: found.length > 0 ? `with ${found.join(', ')} ` : '' }
}

function conditionsSql(filter: ConversationFilter, scope: Scope): string[] {
  const all = (inner: ConversationFilter) => `(${conditionsSql(inner, scope).join(' and ') || 'true'})`
  return [
    ...ownConditions(filter).map(([field, value]) =>
      (conditions[field] as Condition<unknown>).sql(value, scope),
    ),
    ...(filter.and ?? []).map(all),
    ...(filter.or ? [`(${filter.or.map(all).join(' or ') || 'false'})`] : []),
    // A column that is null makes what is asked of it null, and what is not true of it so.
    ...(filter.not ? [`${all(filter.not)} is not true`] : []),
  ]
}

/** Whether a row that an event tells fulfils a filter of conditions that say so. */
export function isFulfilled(filter: ConversationFilter, row: PlacedRow): boolean {
  return (
    ownConditions(filter).every(([field, value]) => {
      const { ofRow } = conditions[field] as Condition<unknown>
      if (!ofRow) throw new Error(`No event tells of \`${field}\`.`)
      return ofRow(value, row)
    }) &&
    (filter.and ?? []).every((inner) => isFulfilled(inner, row)) &&
    (!filter.or || filter.or.some((inner) => isFulfilled(inner, row))) &&
    !(filter.not && isFulfilled(filter.not, row))
  )
}

/** The filters within a filter, by where they stand. */
export function innerFilters({ and, or, not }: ConversationFilter): [path: string, ConversationFilter][] {
  return [
    ...(and ?? []).map((inner, index): [string, ConversationFilter] => [`and.${index}`, inner]),
    ...(or ?? []).map((inner, index): [string, ConversationFilter] => [`or.${index}`, inner]),
    ...(not ? [['not', not] as [string, ConversationFilter]] : []),
  ]
}

/** Whether `conversation_count` can tell how many conversations fulfil all of a filter. */
export function isKept(filter: ConversationFilter): boolean {
  return (
    ownConditions(filter).every(([field]) => conditions[field].isKept) &&
    innerFilters(filter).every(([, inner]) => isKept(inner))
  )
}
