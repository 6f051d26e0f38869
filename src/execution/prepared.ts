import { type DocumentNode, type GraphQLSchema, getOperationAST, OperationTypeNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import { type CompiledOperation, compile } from './compile.js'

/** Compiled operations by what was asked for, the most recently used ones; null where one is not covered. */
export interface Prepared {
  find(text: string, operationName: string | null): CompiledOperation | null | undefined
  /** Takes a document in that has been validated. */
  learn(text: string, operationName: string | null, document: DocumentNode): void
}

/** Documents of clients are few, but nothing keeps a client from sending a new one each time. */
const most = 1_000
const mostText = 4_000_000

/** Remembers operations for as long as they are asked for. */
export function preparedFor(schema: GraphQLSchema): Prepared {
  const known = new LRUCache<string, { operation: CompiledOperation | null }>({
    max: most,
    maxSize: mostText,
    sizeCalculation: (_, key) => key.length,
  })
  const keyOf = (text: string, operationName: string | null) => `${operationName ?? ''} ${text}`

  return {
    find: (text, operationName) => known.get(keyOf(text, operationName))?.operation,
    learn(text, operationName, document) {
      const key = keyOf(text, operationName)
      if (!known.has(key)) known.set(key, { operation: compiled(schema, document, operationName) })
    },
  }
}

/** Null where the document has no such query or mutation, or only the general way covers it. */
export function compiled(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null = null,
): CompiledOperation | null {
  const definition = getOperationAST(document, operationName)
  if (!definition || definition.operation === OperationTypeNode.SUBSCRIPTION) return null
  return compile(schema, document, definition)
}
