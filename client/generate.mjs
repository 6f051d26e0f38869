// Writes dist/schema.d.ts, the types of the whole schema, and dist/schema.graphql, which other generators read.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import { buildSchema, parse } from 'graphql'

const printed = new URL('../schema/schema.graphql', import.meta.url)
const dist = new URL('dist/', import.meta.url)

// As JSON carries them.
const scalars = {
  DateTime: 'string',
  EventCursor: 'string',
  JSON: 'unknown',
  JSONObject: 'Record<string, unknown>',
}

export async function generateTypes() {
  const text = readFileSync(printed, 'utf8')
  const types = await codegen({
    filename: 'schema.d.ts',
    schema: parse(text),
    schemaAst: buildSchema(text),
    documents: [],
    plugins: [{ typescript: {} }],
    pluginMap: { typescript },
    config: {
      scalars,
      defaultScalarType: 'unknown',
      avoidOptionals: { field: true },
      enumsAsTypes: true,
      // A newer server may send what this release does not know.
      futureProofEnums: true,
      futureProofUnions: true,
      nonOptionalTypename: true,
      useTypeImports: true,
    },
  })
  writeFileSync(new URL('schema.d.ts', dist), types)
  copyFileSync(printed, new URL('schema.graphql', dist))
}
