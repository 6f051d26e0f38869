import addFormats from 'ajv-formats'
import { type Context, OpenAPIBackend, type Operation } from 'openapi-backend'
import type { IntegrationActor } from '../src/actor.js'
import { jsonBody } from './body.js'
import type { Call } from './call.js'
import { type Contract, definitionOf } from './contract.js'
import type { Answer } from './handler.js'
import { Problem, unauthorized } from './problem.js'
import { validation } from './validation.js'

/**
 * Carries a call to its operation; `admitted` is called once the caller is known. Rejects with a Problem, or whatever
 * unexpected happened.
 */
export type Operate = (call: Call, admitted: () => void) => Promise<Answer>

export interface BackendOptions {
  /** By operationId. */
  handlers: Record<string, (call: Call) => Promise<Answer>>
  /** Finds out who calls. */
  identify: (call: Call) => Promise<IntegrationActor | null>
}

const root = '/api/fin'

/** Routes, authenticates and validates by a contract. Rejects when one of its operations has no handler. */
export async function openBackend(
  contract: Contract,
  { handlers, identify }: BackendOptions,
): Promise<Operate> {
  // Asked for once, though a contract names several ways to authenticate.
  const security = async (_: Context, call: Call) => {
    call.identity ??= identify(call)
    call.actor = await call.identity
    return call.actor !== null
  }
  const backend = new OpenAPIBackend({
    definition: definitionOf(contract),
    // Whether the contracts are valid is no question of a start: CI asks it.
    quick: true,
    strict: true,
    apiRoot: root,
    customizeAjv: (ajv) => addFormats.default(ajv),
    securityHandlers: { oauth2: security, bearer: security },
  })
  await backend.init()
  for (const { operationId = '' } of backend.getOperations()) {
    if (!handlers[operationId]) throw new Error(`No handler for the operation ${operationId}.`)
  }
  const match = matching(backend)
  const validate = validation(backend)

  return async (call, admitted) => {
    const operation = match(call)
    const { operationId = '' } = operation
    call.trace.operation = operationId
    if (!(await isAuthorized(backend, operation, call))) {
      throw unauthorized(call.request.headers.authorization !== undefined)
    }
    admitted()
    call.body = jsonBody(call)
    validate(operation, call)
    const handle = handlers[operationId]
    if (!handle) throw new Error(`The operation ${operationId} has no handler.`)
    return handle(call)
  }
}

/** Finds operations; each by its own path once and for all, since openapi-backend compares with every path anew. */
function matching(backend: OpenAPIBackend): (call: Call) => Operation {
  const operations = backend.getOperations()
  const known = new Map<string, Operation>()
  for (const { method, path } of operations) {
    const found = backend.matchOperation({ method, path: root + path, headers: {} })
    if (found) known.set(`${method.toUpperCase()} ${root}${path}`, found)
  }
  return ({ method, path }) => {
    const found = known.get(`${method} ${path}`) ?? backend.matchOperation({ method, path, headers: {} })
    if (found) return found
    const place = backend.router.normalizePath(path)
    const allowed = operations.filter((operation) => operation.path === place)
    if (allowed.length === 0) throw new Problem(404, 'There is no such path.')
    throw new Problem(405, `This path does not know the method ${method}.`, {
      headers: { Allow: allowed.map((operation) => operation.method.toUpperCase()).join(', ') },
    })
  }
}

/** Whether one of the ways that an operation names lets the caller in; without any, nobody comes in. */
async function isAuthorized(
  backend: OpenAPIBackend,
  { security = [] }: Operation,
  call: Call,
): Promise<boolean> {
  for (const requirement of security) {
    const ways = Object.keys(requirement).map((name) => backend.securityHandlers[name])
    const passed = await Promise.all(ways.map((way) => way?.({} as Context, call)))
    if (passed.length > 0 && passed.every(Boolean)) return true
  }
  return false
}
