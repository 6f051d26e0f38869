import addFormats from 'ajv-formats'
import type { Request } from 'express'
import { type Context, type Handler, OpenAPIBackend, type Request as RoutedRequest } from 'openapi-backend'
import type { IntegrationActor } from '../src/actor.js'
import { jsonBody } from './body.js'
import { callOf } from './callLog.js'
import { type Contract, definitionOf } from './contract.js'
import { invalid } from './invalid.js'
import { Problem, unauthorized } from './problem.js'

/** One request on its way through openapi-backend, which hands it to every handler. */
export interface Call {
  request: Request
  /** What is routed and validated; its body is set once the caller is known. */
  routed: RoutedRequest
  actor: IntegrationActor | null
  /** Asked for once, though a contract names several ways to authenticate. */
  identity?: Promise<IntegrationActor | null>
}

export interface BackendOptions {
  /** By operationId. */
  handlers: Record<string, (call: Call) => Promise<unknown>>
  /** Finds out who calls. */
  identify: (request: Request) => Promise<IntegrationActor | null>
}

/** Routes, authenticates and validates by a contract. Throws when one of its operations has no handler. */
export async function openBackend(contract: Contract, options: BackendOptions): Promise<OpenAPIBackend> {
  const security: Handler = async ({ operation }: Context, call: Call) => {
    callOf(call.request).operation = operation.operationId ?? null
    call.identity ??= options.identify(call.request)
    call.actor = await call.identity
    return call.actor !== null
  }
  const backend = new OpenAPIBackend({
    definition: definitionOf(contract),
    strict: true,
    apiRoot: '/api/fin',
    customizeAjv: (ajv) => addFormats.default(ajv),
    securityHandlers: { oauth2: security, bearer: security },
    handlers: {
      ...guards,
      ...Object.fromEntries(
        Object.entries(options.handlers).map(([id, handle]) => [
          id,
          (_: Context, call: Call) => handle(call),
        ]),
      ),
    },
  })
  await backend.init()
  for (const { operationId = '' } of backend.getOperations()) {
    if (!backend.handlers[operationId]) throw new Error(`No handler for the operation ${operationId}.`)
  }
  return backend
}

/** openapi-backend goes on, or answers in a form of its own, where one of these is missing. */
const guards = {
  notFound() {
    throw new Problem(404, 'There is no such path.')
  },
  methodNotAllowed({ api, request }: Context) {
    const path = api.router.normalizePath(request.path)
    const allowed = api.getOperations().filter((operation) => operation.path === path)
    throw new Problem(405, `This path does not know the method ${request.method.toUpperCase()}.`, {
      headers: { Allow: allowed.map(({ method }) => method.toUpperCase()).join(', ') },
    })
  },
  postSecurityHandler({ security }: Context, call: Call) {
    if (security.authorized) call.routed.body = jsonBody(call.request)
  },
  unauthorizedHandler({ security }: Context, { request }: Call) {
    // A look-up that failed says nothing about the token.
    const failure = security.oauth2?.error ?? security.bearer?.error
    throw failure ?? unauthorized(request.headers.authorization !== undefined)
  },
  validationFail({ validation }: Context) {
    throw invalid(validation.errors ?? [])
  },
  notImplemented({ operation }: Context) {
    throw new Error(`The operation ${operation.operationId} has no handler.`)
  },
}
