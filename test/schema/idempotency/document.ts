import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLUnionType,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { schema } from '../../../schema/schema.js'

/** Made anew each time that they are asked for. */
const links = ['uploadUrl']

const fields = (schema.getMutationType() as GraphQLObjectType).getFields()

export const mutations: readonly string[] = Object.keys(fields)

/** Whether a mutation's input has a field. */
export function takes(mutation: string, field: string): boolean {
  const input = getNamedType(fieldOf(mutation).args[0]?.type)
  return isInputObjectType(input) && field in input.getFields()
}

/** The payload's fields whose description says that they are shown once. */
export function shownOnce(mutation: string): string[] {
  return Object.values(payloadOf(mutation).getFields())
    .filter(({ description }) => description?.includes('Null in a repeat.'))
    .map(({ name }) => name)
}

/** A mutation with all that its payload shows by itself, and the plain fields of the objects in it. */
export function documentOf(mutation: string): string {
  const title = mutation[0]?.toUpperCase() + mutation.slice(1)
  return `mutation ($input: ${title}Input!) { ${mutation}(input: $input) {
    __typename
    ... on ${title}Payload ${selection(payloadOf(mutation), 1)}
    ... on ConflictError { present: conversation { id version title } }
    ... on ValidationError { at: field }
    ... on Error { code reason: message } } }`
}

function fieldOf(mutation: string): GraphQLField<unknown, unknown> {
  const field = fields[mutation]
  if (!field) throw new Error(`There is no mutation ${mutation}.`)
  return field
}

function payloadOf(mutation: string): GraphQLObjectType {
  const result = getNamedType(fieldOf(mutation).type) as GraphQLUnionType
  const payload = result.getTypes().find(({ name }) => name.endsWith('Payload'))
  if (!payload) throw new Error(`${mutation} has no payload.`)
  return payload
}

function selection(type: GraphQLObjectType, depth: number): string {
  const shown = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type)
    if (field.args.some(isRequiredArgument) || links.includes(field.name)) return []
    if (isLeafType(inner)) return [field.name]
    return depth > 0 && isObjectType(inner) ? [`${field.name} ${selection(inner, depth - 1)}`] : []
  })
  return `{ __typename ${shown.join(' ')} }`
}
