import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql'
import { limitRules, limits } from './limits.js'

const longest = 50_000

/** Why a document cannot be a webhook's, each a sentence for people; none when it can. */
export function documentFaults(
  schema: GraphQLSchema,
  text: string,
  variables: Record<string, unknown>,
): string[] {
  if (text.length > longest) return [`A document has at most ${longest} characters.`]
  const document = parsed(text)
  if (document instanceof Error) return [document.message]
  const [operation, ...more] = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  if (!operation || more.length > 0) return ['A document has one operation.']
  if (operation.operation !== 'subscription') return ['A document has a subscription.']
  const errors = faultsOf(schema, document)
  if (errors.length > 0) return errors.map(({ message }) => message)
  const [field] = operation.selectionSet.selections
  if (field?.kind !== Kind.FIELD || field.name.value !== 'events') {
    return [
      'The subscription of a webhook is to `events`: subscription { events { type conversation { id } } }',
    ]
  }
  if (field.directives?.length) return ['Leave directives off `events`: it would have no events to show.']
  if (field.arguments?.some(({ name }) => name.value === 'after')) {
    return ['Leave `after` out: the place of a webhook in the event log is kept for it.']
  }
  const { errors: wrong } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
  return wrong?.map(({ message }) => message) ?? []
}

/** What of a document a later release will not know any more, each a sentence for people. */
export function documentWarnings(schema: GraphQLSchema, text: string): string[] {
  const document = parsed(text)
  if (document instanceof Error) return []
  return validate(schema, document, [NoDeprecatedCustomRule]).map(({ message }) => message)
}

/** What somebody has not said yet is in no redaction's reach. */
const nothingOfOnes: ValidationRule = (context) => ({
  Field(node) {
    if (!context.getFieldDef()?.extensions.isOnes) return
    context.reportError(
      new GraphQLError(`Leave \`${node.name.value}\` out: it is shown to one person alone.`, {
        nodes: node,
      }),
    )
  },
})

/** The rules of the limits throw what they find. */
function faultsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document, [...specifiedRules, ...limitRules, nothingOfOnes])
  } catch (error) {
    if (error instanceof GraphQLError) return [error]
    throw error
  }
}

function parsed(text: string): DocumentNode | Error {
  try {
    return parse(text, { maxTokens: limits.tokens })
  } catch (error) {
    return error as Error
  }
}
