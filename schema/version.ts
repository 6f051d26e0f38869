import { createHash } from 'node:crypto'
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql'

const versions = new WeakMap<GraphQLSchema, string>()

/** Names a schema: two that differ in anything that clients can see have other names. */
export function schemaVersion(schema: GraphQLSchema): string {
  const known = versions.get(schema)
  if (known) return known
  const printed = printSchema(lexicographicSortSchema(schema))
  const version = createHash('sha256').update(printed).digest('hex').slice(0, 12)
  versions.set(schema, version)
  return version
}
