import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import type PrismaTypes from '../src/generated/pothos.js'
import { getDatamodel } from '../src/generated/pothos.js'
import type { PrismaClient } from '../src/generated/prisma/client.js'
import type { Context } from './context.js'

interface SchemaTypes {
  Context: Context
  PrismaTypes: PrismaTypes
  Scalars: {
    DateTime: { Input: Date; Output: Date | string }
    JSON: { Input: NonNullable<unknown>; Output: unknown }
    JSONObject: { Input: Record<string, unknown>; Output: unknown }
    EventCursor: { Input: string; Output: string }
    ID: { Input: string; Output: string }
  }
  DefaultFieldNullability: false
  DefaultEdgesNullability: { list: false; items: false }
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ErrorsPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true, defaultTypes: [] },
  relay: {
    cursorType: 'String',
    clientMutationId: 'omit',
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    firstArgOptions: { description: 'So many, from the start or after `after`.' },
    afterArgOptions: {
      description: 'The cursor that the page begins behind: `endCursor` of the one before.',
    },
    lastArgOptions: { description: 'So many, up to the end or to `before`; not with `first`.' },
    beforeArgOptions: {
      description: 'The cursor that the page ends before: `startCursor` of the one behind.',
    },
    defaultConnectionTypeOptions: { description: 'A page of a list.' },
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The entries, each with its place in the list.',
    },
    nodesOnConnection: { description: 'The entries alone.' },
    pageInfoFieldOptions: { description: 'What lies on either side of it.' },
    defaultEdgeTypeOptions: { description: 'An entry of a list, with its place.' },
    nodeFieldOptions: { description: 'The entry.' },
    cursorFieldOptions: { description: 'Its place: give it as `after` or `before`.' },
    pageInfoTypeOptions: { description: 'What lies on either side of a page.' },
    hasNextPageFieldOptions: { description: 'Whether there are entries behind it.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are entries before it.' },
    startCursorFieldOptions: { description: 'The cursor of its first entry; null when it is empty.' },
    endCursorFieldOptions: { description: 'The cursor of its last entry; null when it is empty.' },
  },
  prisma: {
    client: (context): PrismaClient => context.app.db.prisma,
    dmmf: getDatamodel(),
    onUnusedQuery: 'error',
  },
})

builder.queryType({ description: 'What can be read. Gives null for what is absent or not in your sight.' })
builder.mutationType({
  description:
    'What can be changed. Expected failures are members of the result; where an input takes an `idempotencyKey`, a repeat with the same one returns the first result.',
})
builder.subscriptionType({
  description: 'What happens, as it happens. Over WebSocket (graphql-transport-ws) or SSE.',
})
