import { GraphQLScalarType } from 'graphql'
import { DateTimeISOResolver, JSONObjectResolver } from 'graphql-scalars'
import { builder } from './builder.js'

builder.addScalarType(
  'DateTime',
  new GraphQLScalarType({
    ...DateTimeISOResolver.toConfig(),
    name: 'DateTime',
    description: 'A moment: ISO 8601 in UTC with milliseconds, e.g. `2026-11-22T09:30:00.000Z`.',
  }),
)

builder.addScalarType(
  'JSONObject',
  new GraphQLScalarType({
    ...JSONObjectResolver.toConfig(),
    name: 'JSONObject',
    description: 'Any JSON object.',
  }),
)

builder.scalarType('EventCursor', {
  description:
    'An opaque pointer into the event log. Keep the last one you saw; `after` it nothing is missed.',
  serialize: (cursor) => cursor,
  parseValue: (value) => {
    if (typeof value !== 'string') throw new TypeError('An event cursor is a string.')
    return value
  },
})
