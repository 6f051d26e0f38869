import { readFileSync } from 'node:fs'
import path from 'node:path'
import { load } from 'js-yaml'
import type { Document } from 'openapi-backend'
import { projectRoot } from '../src/root.js'

/** An OpenAPI file as it stands. */
export interface Contract {
  paths: Record<string, Record<string, unknown>>
  components: { securitySchemes: { oauth2: { flows: { clientCredentials: object } } } }
  webhooks?: unknown
}

interface Operation {
  responses: object
  requestBody?: { content: object }
  'x-read-tolerantly'?: boolean
}

const methods = ['get', 'put', 'post']

/** Reads one of the OpenAPI files of this folder. */
export function readContract(file: string): Contract {
  return load(readFileSync(path.join(projectRoot, 'rest-adapter', file), 'utf8')) as Contract
}

/**
 * A copy to route and validate requests by. Without webhooks, which openapi-backend does not know, and without the
 * responses: compiling validators that no request uses would make up most of the start. Of the operations that are read
 * tolerantly only that their body is an object: `readingOf` does the rest.
 */
export function definitionOf(contract: Contract): Document {
  const { webhooks: _, ...definition } = structuredClone(contract)
  for (const item of Object.values(definition.paths)) {
    for (const method of methods) {
      const operation = item[method] as Operation | undefined
      if (!operation) continue
      operation.responses = { default: { description: 'Any.' } }
      if (!operation['x-read-tolerantly'] || !operation.requestBody) continue
      operation.requestBody.content = { 'application/json': { schema: { type: 'object' } } }
    }
  }
  return definition as unknown as Document
}

/** What clients read: with the addresses of this installation. */
export function servedContract(contract: Contract, publicUrl: string): object {
  const { securitySchemes, ...components } = contract.components
  const { oauth2 } = securitySchemes
  const clientCredentials = { ...oauth2.flows.clientCredentials, tokenUrl: `${publicUrl}/oauth/token` }
  return {
    ...contract,
    servers: [{ url: `${publicUrl}/api/fin`, description: 'This server.' }],
    components: {
      ...components,
      securitySchemes: { ...securitySchemes, oauth2: { ...oauth2, flows: { clientCredentials } } },
    },
  }
}
