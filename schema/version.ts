import { createHash } from 'node:crypto'
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql'
import { builder } from './builder.js'

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

builder.queryField('schemaVersion', (t) =>
  t.string({
    description:
      'Names this schema. The body of each webhook says under the same name with which one it was made.',
    resolve: (_, __, ___, { schema }) => schemaVersion(schema),
  }),
)
