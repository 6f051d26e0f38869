import {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  type GraphQLTaggedNode,
  getRequest,
  requestSubscription,
} from 'relay-runtime'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { guide, testTheGuide } from '../guide.js'
import { compileForRelay } from './compile.js'
import { createEnvironment } from './environment.js'

const suffixes = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }

/**
 * As docs/clients.md says of Relay: the names of a file's documents begin with the file's, and what an error selects
 * has a name of its own. Unmasked, so that a test can look at all of it.
 */
function named(name: string, kind: keyof typeof suffixes, text: string): string {
  const document = text
    .replace(`${kind} ${name}`, `${kind} ${name}${suffixes[kind]}`)
    .replaceAll(/fragment (\w+) on/g, `fragment ${name}_$1 on`)
    .replaceAll('... on Error {', '... on Error @alias(as: "refused") {')
    .replaceAll(/\.\.\.([A-Z]\w+)/g, `...${name}_$1 @relay(mask: false)`)
  return `import { graphql } from 'relay-runtime'\n\ngraphql\`\n${document}\`\n`
}

/** A mutation's errors where the guide has them. */
function flattened(data: object) {
  return Object.fromEntries(
    Object.entries(data).map(([field, { refused, ...payload }]) => [field, { ...payload, ...refused }]),
  )
}

let compiled: ReturnType<typeof compileForRelay>
const documents: Record<string, GraphQLTaggedNode> = {}

beforeAll(async () => {
  compiled = compileForRelay(
    Object.fromEntries(guide.map(({ name, kind, block }) => [`${name}.ts`, named(name, kind, block.text)])),
  )
  for (const { name, kind } of guide) documents[name] = await compiled.load(`${name}${suffixes[kind]}`)
})
afterAll(() => compiled?.remove())

const document = (name: string) => documents[name] as GraphQLTaggedNode

describe('Relay', () => {
  testTheGuide(({ place }) => {
    const environment = createEnvironment({ ...place, onResync() {} })
    const operation = (name: string, variables: object) =>
      createOperationDescriptor(getRequest(document(name)), { ...variables })
    const held = (name: string, variables: object) =>
      environment.lookup(operation(name, variables).fragment).data
    return {
      async query(name, variables) {
        onTestFinished(environment.retain(operation(name, variables)).dispose)
        const options = { fetchPolicy: 'network-only' } as const
        await fetchQuery(environment, document(name), variables, options).toPromise()
        return held(name, variables)
      },
      held,
      mutate: (name, variables) =>
        new Promise((resolve, reject) => {
          commitMutation(environment, {
            mutation: document(name),
            variables,
            onCompleted: (data) => resolve(flattened(data)),
            onError: reject,
          })
        }),
      subscribe: (name, variables, onData) =>
        requestSubscription(environment, { subscription: document(name), variables, onNext: onData }).dispose,
    }
  })
})
