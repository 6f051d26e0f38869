import { readFileSync } from 'node:fs'
import addFormats from 'ajv-formats'
import { load } from 'js-yaml'
import { type Document, OpenAPIBackend } from 'openapi-backend'
import { expect } from 'vitest'

export const variants = ['rest', 'posts'] as const
export type VariantName = (typeof variants)[number]

/** Where they lie. */
export const contractFiles = {
  rest: 'rest-adapter/openapi.yaml',
  posts: 'rest-adapter/openapi-posts-only.yaml',
}

type Ajv = Parameters<NonNullable<ConstructorParameters<typeof OpenAPIBackend>[0]['customizeAjv']>>[0]

type File = Document & { webhooks: object; components: { schemas: { ProblemDetails: object } } }

async function open(variant: VariantName) {
  const { webhooks: _, ...definition } = load(readFileSync(contractFiles[variant], 'utf8')) as File
  const { ProblemDetails } = definition.components.schemas
  let ajv: Ajv | undefined
  const customizeAjv = (instance: Ajv) => {
    ajv = addFormats.default(instance)
    return instance
  }
  const backend = await new OpenAPIBackend({ definition, strict: true, quick: true, customizeAjv }).init()
  backend.getOperations().forEach(({ operationId = '' }) => {
    backend.validator.getStatusBasedResponseValidatorForOperation(operationId)
  })
  return { backend, ajv, failure: ajv?.compile(ProblemDetails) }
}

const opened = { rest: await open('rest'), posts: await open('posts') }

/** Fails unless the contract allows this answer of the operation. */
export function expectSuccess(variant: VariantName, operationId: string, status: number, body: unknown) {
  const { backend } = opened[variant]
  expect(Object.keys(backend.getOperation(operationId)?.responses ?? {})).toContain(String(status))
  expect(backend.validateResponse(body, operationId, status).errors).toBeNull()
}

/** Fails unless the answer is the variant's kind of problem, as the operation's contract has it; gives the problem. */
export async function expectProblem(
  variant: VariantName,
  response: Response,
  status: number,
  operationId?: string,
) {
  const body = await response.json()
  const { backend, ajv, failure } = opened[variant]
  expect(response.status, JSON.stringify(body)).toBe(status)
  const problem = variant === 'rest' ? body : body.error
  expect(body).toEqual(variant === 'rest' ? problem : { data: null, error: problem })
  expect(failure?.(problem), JSON.stringify(failure?.errors)).toBe(true)
  expect(problem.status).toBe(status)
  const mediaType = variant === 'rest' ? 'application/problem+json' : 'application/json'
  expect(response.headers.get('content-type')).toMatch(new RegExp(`^${mediaType.replace('+', '\\+')}`))
  if (operationId) {
    const declared = backend.getOperation(operationId)?.responses?.[status] as Declared | undefined
    expect(declared, `${operationId} declares no ${status}`).toBeDefined()
    expect(ajv?.validate(declared?.content?.[mediaType]?.schema ?? false, body), 'the declared body').toBe(
      true,
    )
    for (const name of Object.keys(declared?.headers ?? {})) expect(response.headers.get(name)).not.toBeNull()
  }
  return problem
}

interface Declared {
  content?: Record<string, { schema: object }>
  headers?: object
}
