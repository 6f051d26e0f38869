import type { AgentActor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { emailOf } from '../endUser/access.js'
import { ValidationError } from '../errors.js'
import { publicId } from '../ids.js'
import { cleanBody } from '../message/body.js'

/** What stands for a variable in one conversation; null: it has none. */
export type Values = Record<Variable, string | null>

export const variables = [
  'end_user.name',
  'end_user.first_name',
  'end_user.email',
  'agent.name',
  'agent.first_name',
  'conversation.id',
  'conversation.title',
  'inbox.name',
] as const
export type Variable = (typeof variables)[number]

/** `{{end_user.first_name | there}}`: the variable, and what stands for it where it has no value. */
const placeholder = /\{\{([^{}]*)\}\}/g

/** Refuses a text with a variable that nothing is known of. Throws ValidationError. */
export function requireVariables(body: string): void {
  const rest = body.replaceAll(placeholder, (_, inner: string) => {
    if (nameIn(inner)) return ''
    throw unknown(inner.trim())
  })
  if (/\{\{|\}\}/.test(rest)) throw unknown('{{ or }} alone')
}

const unknown = (what: string) =>
  new ValidationError('body', `${what.slice(0, 50)} is no variable. There are ${variables.join(', ')}.`)

/** Fills a body of safe HTML in; values are text, whatever stands in them. */
export function filledIn(body: string, values: Values): string {
  const filled = body.replaceAll(placeholder, (whole, inner: string) => {
    const name = nameIn(inner)
    if (!name) return whole
    const value = values[name]?.trim()
    return value ? escaped(value) : (inner.split('|')[1]?.trim() ?? '')
  })
  return cleanBody(filled).body ?? ''
}

function nameIn(inner: string): Variable | undefined {
  const [name = '', ...fallbacks] = inner.split('|')
  return fallbacks.length > 1 ? undefined : variables.find((variable) => variable === name.trim())
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A value that looks like a variable is none. */
function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => entities[sign] as string)
}

/** Of those of these conversations that are in an agent’s sight, who answers in them. */
export async function valuesFor(
  db: Queryable,
  { agentId, inboxIds }: AgentActor,
  conversationIds: readonly string[],
): Promise<(Values & { id: string })[]> {
  const rows = await db.query<Row>(read, [conversationIds, inboxIds, agentId])
  return rows.map(valuesOf)
}

function valuesOf({
  id,
  endUserName,
  endUserEmail,
  agentName,
  title,
  inboxName,
}: Row): Values & { id: string } {
  return {
    id,
    'end_user.name': endUserName,
    'end_user.first_name': firstOf(endUserName),
    'end_user.email': endUserEmail,
    'agent.name': agentName,
    'agent.first_name': firstOf(agentName),
    'conversation.id': publicId('Conversation', id),
    'conversation.title': title,
    'inbox.name': inboxName,
  }
}

interface Row {
  id: string
  endUserName: string | null
  endUserEmail: string | null
  agentName: string | null
  title: string | null
  inboxName: string
}

const firstOf = (name: string | null) => name?.trim().split(/\s+/)[0] ?? null

const read = statement(
  'cannedReply.values',
  `select c.id, c.title, e.name as "endUserName", ${emailOf('e')} as "endUserEmail", i.name as "inboxName",
          (select coalesce(a.alias, a.name) from agent a where a.id = $3) as "agentName"
     from conversation c join end_user e on e.id = c.end_user_id join inbox i on i.id = c.inbox_id
    where c.id = any($1::uuid[]) and c.inbox_id = any($2::uuid[])`,
)
