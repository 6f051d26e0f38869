import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql'
import { LRUCache } from 'lru-cache'
import { type CompiledOperation, compile } from './compile.js'

/** Compiled operations by what was asked for, the most recently used ones. */
export interface Prepared {
  find(text: string, operationName: string | null): CompiledOperation | undefined
  /** Takes a document in that has been validated. */
  learn(text: string, operationName: string | null, document: DocumentNode): void
}

/** Documents of clients are few, but nothing keeps a client from sending a new one each time. */
const most = 1_000
const mostText = 4_000_000

/** Remembers operations for as long as they are asked for. */
export function preparedFor(schema: GraphQLSchema): Prepared {
  const known = new LRUCache<string, CompiledOperation>({
    max: most,
    maxSize: mostText,
    sizeCalculation: (_, key) => key.length,
  })
  const keyOf = (text: string, operationName: string | null) => `${operationName ?? ''} ${text}`

  return {
    find: (text, operationName) => known.get(keyOf(text, operationName)),
    learn(text, operationName, document) {
      const key = keyOf(text, operationName)
      const definition = getOperationAST(document, operationName)
      if (known.has(key) || !definition) return
      const operation = compile(schema, document, definition)
      if (operation) known.set(key, operation)
    },
  }
}
