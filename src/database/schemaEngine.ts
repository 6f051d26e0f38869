import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'

/** The types for Node leave it to those of the browser. */
declare const WebAssembly: {
  instantiate(
    program: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

let loading: Promise<void> | undefined

/**
 * Prisma's schema engine on an adapter. The package's own entry needs WASM imports, which Node 20 does not have;
 * Prisma's CLI uses a native engine that it downloads at run time.
 */
export async function loadSchemaEngine(adapter: SqlMigrationAwareDriverAdapterFactory, schema?: string) {
  loading ??= load()
  await loading
  const datamodels: [string, string][] | undefined = schema ? [['prisma/schema.prisma', schema]] : undefined
  return bindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter))
}

/** Once per process: the bindings keep a single instance. */
async function load() {
  const folder = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
  const engine = await readFile(path.join(folder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(engine, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}
