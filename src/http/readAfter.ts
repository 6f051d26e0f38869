import {
  BREAK,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLInputType,
  getArgumentValues,
  getNamedType,
  getOperationAST,
  isInputObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type Context, contextFor } from '../../schema/context.js'
import type { App } from '../app.js'
import { readCursor } from '../events/cursor.js'
import type { Carried } from './exchange.js'

/**
 * `Read-After: <EventCursor>` says of a query over HTTP that a replica may answer it that has all events up to there.
 * Without it, and where the log does not tell of everything that is asked, the primary answers.
 */
export function readAfter(app: App): Plugin<Carried> {
  return {
    onExecute({ args, context, executeFn, setExecuteFn, setResultAndStopExecution }) {
      const { exchange } = context
      const header = 'request' in exchange ? exchange.request.headers['read-after'] : undefined
      if (header === undefined) return
      const cursor = readCursor(String(header))
      if (!cursor) return setResultAndStopExecution({ errors: [malformed()] })
      const { replica } = app
      if (!replica || cursor.log !== app.log || !isLogged(args as ExecutionArgs)) return
      const execute = executeFn as (args: ExecutionArgs) => Promise<ExecutionResult>
      setExecuteFn((args: ExecutionArgs) => {
        const { actor, refresh } = args.contextValue as Context
        return replica.read(cursor.position, {
          primary: async () => execute(args),
          async replica(db) {
            const result = await execute({
              ...args,
              contextValue: contextFor({ ...app, db }, actor, refresh),
            })
            if (result.errors) throw result.errors[0]
            return result
          },
        })
      })
    },
  }
}

/**
 * Whether the log tells of all that is asked, as `isLogged` of the fields says: each of Query's must have it, and none
 * below, nor any that is given in an argument, may deny it.
 */
function isLogged({ schema, document, operationName, variableValues }: ExecutionArgs): boolean {
  if (getOperationAST(document, operationName)?.operation !== 'query') return false
  const types = new TypeInfo(schema)
  let all = true
  const look = (node: FieldNode) => {
    const isRoot = types.getParentType() === schema.getQueryType()
    const field = types.getFieldDef()
    const told = field?.extensions.isLogged
    if (told === false || (isRoot && !told)) all = false
    if (field && node.arguments?.length) {
      const given = getArgumentValues(field, node, variableValues)
      if (field.args.some(({ name, type }) => isDenied(type, given[name]))) all = false
    }
    return all ? undefined : BREAK
  }
  visit(document, visitWithTypeInfo(types, { Field: look }))
  return all
}

function isDenied(type: GraphQLInputType, given: unknown): boolean {
  const named = getNamedType(type)
  if (!isInputObjectType(named) || typeof given !== 'object' || given === null) return false
  if (Array.isArray(given)) return given.some((one) => isDenied(named, one))
  return Object.entries(given).some(([name, inner]) => {
    const field = named.getFields()[name]
    if (!field || inner == null) return false
    return field.extensions.isLogged === false || isDenied(field.type, inner)
  })
}

function malformed() {
  return new GraphQLError('The header Read-After has no cursor of an event. Send one as it came, or none.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  })
}
