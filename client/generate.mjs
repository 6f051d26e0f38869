// Writes dist/schema.d.ts, the types of the whole schema, dist/schema.js, what a cache has to know of it, and
// dist/schema.graphql, which other generators read.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import { buildSchema, isAbstractType, parse } from 'graphql'

const printed = new URL('../schema/schema.graphql', import.meta.url)
const dist = new URL('dist/', import.meta.url)

// As JSON carries them.
const scalars = {
  DateTime: 'string',
  EventCursor: 'string',
  JSON: 'unknown',
  JSONObject: 'Record<string, unknown>',
}

const declared = `
/** Which types each interface and union stands for, as Apollo Client's cache takes it. */
export declare const possibleTypes: Record<string, string[]>;
`

function possible(schema) {
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType)
  return Object.fromEntries(
    abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  )
}

export async function generateTypes() {
  const text = readFileSync(printed, 'utf8')
  const schema = buildSchema(text)
  const types = await codegen({
    filename: 'schema.d.ts',
    schema: parse(text),
    schemaAst: schema,
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
  writeFileSync(new URL('schema.d.ts', dist), `${types}${declared}`)
  writeFileSync(
    new URL('schema.js', dist),
    `export const possibleTypes = ${JSON.stringify(possible(schema))}\n`,
  )
  copyFileSync(printed, new URL('schema.graphql', dist))
}
