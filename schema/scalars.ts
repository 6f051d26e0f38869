import { GraphQLScalarType } from 'graphql'
import { DateTimeISOResolver, JSONObjectResolver, JSONResolver } from 'graphql-scalars'
import { isoMoment } from '../src/database/moment.js'
import { builder } from './builder.js'

const deepest = 100

builder.addScalarType(
  'DateTime',
  new GraphQLScalarType({
    ...DateTimeISOResolver.toConfig(),
    name: 'DateTime',
    description: 'A moment: ISO 8601 in UTC with milliseconds, e.g. `2026-11-22T09:30:00.000Z`.',
    extensions: { sent: (text) => `"${isoMoment(text)}"` },
  }),
)

builder.addScalarType(
  'JSONObject',
  new GraphQLScalarType({
    ...JSONObjectResolver.toConfig(),
    name: 'JSONObject',
    description: 'Any JSON object, nested at most 100 deep.',
    extensions: { sent: (text) => text },
    parseValue: (value) => JSONObjectResolver.parseValue(shallow(value)),
  }),
)

function shallow(value: unknown): unknown {
  if (isDeeper(value, deepest)) throw new TypeError(`JSON is nested at most ${deepest} deep.`)
  return value
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

builder.addScalarType(
  'JSON',
  new GraphQLScalarType({
    ...JSONResolver.toConfig(),
    name: 'JSON',
    description: 'Any JSON value, nested at most 100 deep.',
    parseValue: (value) => JSONResolver.parseValue(shallow(value)),
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
