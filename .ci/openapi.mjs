// The OpenAPI files are valid, loadable by the adapter, described to the last property, true to their own
// examples, and agree with each other.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { Validator } from '@seriousme/openapi-schema-validator'
import formats from 'ajv-formats'
import { load as parse } from 'js-yaml'
import { OpenAPIBackend } from 'openapi-backend'
import { lint } from './openapiLint.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = ['rest-adapter/openapi.yaml', 'rest-adapter/openapi-posts-only.yaml']
const operationIds = [
  'createConversation',
  'createMessage',
  'createUser',
  'getAgents',
  'getConversation',
  'getMessages',
  'getUser',
  'updateConversation',
  'updateUser',
]
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

// Any operation may be answered with each of these.
const refusals = ['400', '401', '404', '405', '413', '415', '429', '500', '503']

// Fin's contract gives these another shape in each variant; any other schema in both files is one shape.
const differing = new Set([
  'Agent',
  'CreateConversationRequest',
  'CreateUserRequest',
  'InitialMessage',
  'Message',
  'MessageAuthor',
  'UpdateConversationRequest',
])

const documents = []
let failed = false
for (const file of files) {
  const faults = []
  let examples = 0
  try {
    const text = readFileSync(path.join(root, file), 'utf8')
    const document = parse(text)
    examples = await check(document, (fault) => faults.push(fault))
    faults.push(...(await lint(text, document, path.join(root, file))))
    documents.push(document)
  } catch (error) {
    faults.push(error.message)
  }
  report(file, `${operationIds.length} operations, ${examples} examples`, faults)
}

const [rest, postsOnly] = documents
if (postsOnly) report(files.join(' and '), 'the same shapes', [...drift(rest, postsOnly)])
process.exitCode = failed ? 1 : 0

function report(subject, summary, faults) {
  for (const fault of faults) console.error(`${subject}: ${fault}`)
  console.log(faults.length > 0 ? `${subject}: ${faults.length} faults` : `${subject}: ${summary}, valid`)
  failed ||= faults.length > 0
}

// Returns the number of examples; throws when the document is too broken to look further.
async function check(document, fault) {
  if (!/^3\.1\./.test(document.openapi)) throw new Error(`openapi is ${document.openapi}, not 3.1`)
  const validator = new Validator({ allErrors: true })
  const { valid, errors } = await validator.validate(structuredClone(document))
  if (!valid) throw new Error(`not valid OpenAPI 3.1: ${said(errors)}`)
  const ajv = await load(document)

  const resolved = validator.resolveRefs()
  checkOperations(resolved, fault)
  checkUse(document, fault)

  let examples = 0
  const seen = new Set()
  const { components, ...rest } = resolved
  for (const [name, schema] of Object.entries(components.schemas)) {
    if (!schema.description) fault(`components/schemas/${name} has no description`)
  }
  const visit = (node, where) => {
    for (const [name, property] of Object.entries(node.properties ?? {})) {
      if (!property.description) fault(`${where}/properties/${name} has no description`)
    }
    if (!node.schema) return
    for (const [name, example] of examplesOf(node)) {
      examples++
      if (!ajv.validate(node.schema, example)) {
        fault(`${where}: the example ${name} does not fit its schema: ${said(ajv.errors)}`)
      }
    }
  }
  walk(components.schemas, 'components/schemas', visit, seen)
  walk(components, 'components', visit, seen)
  walk(rest, '', visit, seen)
  return examples
}

// As the adapter loads it; openapi-backend knows no webhooks. Returns the ajv that validates at run time.
async function load(document) {
  const definition = structuredClone(document)
  delete definition.webhooks
  let ajv
  const customizeAjv = (instance, _, context) => {
    formats(instance)
    if (context === 'responseValidator') ajv = instance
    return instance
  }
  const backend = new OpenAPIBackend({
    definition,
    strict: true,
    quick: false,
    ajvOpts: { strict: false },
    customizeAjv,
  })
  try {
    await backend.init()
  } catch (error) {
    const [, list] = /^Document is not valid.*?(\[.*\])$/s.exec(error.message) ?? []
    throw new Error(`openapi-backend cannot load it: ${list ? said(JSON.parse(list)) : error.message}`)
  }
  return ajv
}

function checkOperations(document, fault) {
  const declared = new Set(document.tags?.map((tag) => tag.name))
  const ids = []
  for (const [section, items] of [
    ['paths', document.paths],
    ['webhooks', document.webhooks ?? {}],
  ]) {
    for (const [name, item] of Object.entries(items)) {
      for (const method of methods.filter((candidate) => item[candidate])) {
        const operation = item[method]
        const where = `${method.toUpperCase()} ${name}`
        for (const key of ['operationId', 'summary', 'description']) {
          if (!operation[key]) fault(`${where} has no ${key}`)
        }
        if (!operation.tags?.length) fault(`${where} has no tags`)
        for (const tag of operation.tags ?? []) {
          if (!declared.has(tag)) fault(`${where}: the tag ${tag} is not declared`)
        }
        for (const parameter of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
          if (!parameter.description) fault(`${where}: the parameter ${parameter.name} has no description`)
        }
        if (!(operation.security ?? document.security)?.length) fault(`${where} has no security`)
        const statuses = Object.keys(operation.responses ?? {})
        if (!statuses.some((status) => status.startsWith('2'))) fault(`${where} has no 2xx response`)
        if (section === 'webhooks') continue
        ids.push(operation.operationId)
        for (const status of refusals) {
          if (!statuses.includes(status)) fault(`${where} has no ${status} response`)
        }
      }
    }
  }
  for (const id of operationIds) {
    const times = ids.filter((other) => other === id).length
    if (times !== 1) fault(`the operationId ${id} occurs ${times} times instead of once`)
  }
  for (const id of ids) {
    if (id && !operationIds.includes(id)) fault(`the operationId ${id} is none of the nine`)
  }
}

// An example or a schema that nothing refers to is checked by nobody.
function checkUse(document, fault) {
  const text = JSON.stringify(document)
  for (const [kind, members] of Object.entries(document.components)) {
    if (kind === 'securitySchemes') continue
    for (const name of Object.keys(members)) {
      if (!text.includes(`"#/components/${kind}/${name}"`)) fault(`components/${kind}/${name} is not used`)
    }
  }
}

function* drift(one, other) {
  for (const [name, schema] of Object.entries(one.components.schemas)) {
    const twin = other.components.schemas[name]
    if (twin && !differing.has(name) && !isDeepStrictEqual(schema, twin)) {
      yield `the schema ${name} is not the same in both`
    }
  }
}

function examplesOf(node) {
  const named = Object.entries(node.examples ?? {}).map(([name, { value }]) => [name, value])
  return 'example' in node ? [['example', node.example], ...named] : named
}

function walk(node, where, visit, seen) {
  if (typeof node !== 'object' || node === null || seen.has(node)) return
  seen.add(node)
  visit(node, where)
  for (const [key, child] of Object.entries(node)) {
    if (key === 'example' || key === 'examples') continue
    const step = key.replaceAll('/', '~1')
    walk(child, where ? `${where}/${step}` : step, visit, seen)
  }
}

// Of all that a validator says about alternatives, the first of the deepest tells what is wrong.
function said(errors) {
  if (!Array.isArray(errors)) return String(errors)
  const depth = ({ instancePath }) => instancePath.split('/').length
  const [{ instancePath, message, params }] = errors.toSorted((one, other) => depth(other) - depth(one))
  const detail = params.additionalProperty ?? params.unevaluatedProperty ?? params.allowedValues?.join(', ')
  return `${instancePath || '/'} ${message}${detail ? ` (${detail})` : ''}`
}
