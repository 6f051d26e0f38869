/** SQL with a name, so that PostgreSQL plans it once per connection. */
export interface Statement {
  name: string
  text: string
}

/** Names an SQL text; the name must be unique and at most 63 characters. */
export function statement(name: string, text: string): Statement {
  return { name, text }
}

/**
 * A select list that gives a table's columns the model's field names: `c.inbox_id as "inboxId"`.
 * With `into`, the fields land in an object of that name (see `nest`).
 */
export function columns(alias: string, fields: Record<string, string>, into?: string): string {
  return Object.keys(fields)
    .map((field) => `${alias}.${snakeCase(field)} as "${into ? `${into}.` : ''}${field}"`)
    .join(', ')
}

/** Turns `{"assignee.id": …}` of one row into `{assignee: {id: …}}`; an object whose id is null becomes null. */
export function nest<Row>(row: Record<string, unknown>): Row {
  const out: Record<string, unknown> = {}
  for (const key in row) {
    const dot = key.indexOf('.')
    if (dot === -1) {
      out[key] = row[key]
      continue
    }
    const name = key.slice(0, dot)
    const inner = (out[name] ?? {}) as Record<string, unknown>
    inner[key.slice(dot + 1)] = row[key]
    out[name] = inner
  }
  for (const key in out) {
    const value = out[key]
    if (value && typeof value === 'object' && 'id' in value && value.id === null) out[key] = null
  }
  return out as Row
}

function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
