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
    edgesFieldOptions: { nullable: { list: false, items: false } },
    nodesOnConnection: true,
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
