import {
  BREAK,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
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
 * below may deny it.
 */
function isLogged({ schema, document, operationName }: ExecutionArgs): boolean {
  if (getOperationAST(document, operationName)?.operation !== 'query') return false
  const types = new TypeInfo(schema)
  let all = true
  const look = () => {
    const isRoot = types.getParentType() === schema.getQueryType()
    const told = types.getFieldDef()?.extensions.isLogged
    if (told === false || (isRoot && !told)) all = false
    return all ? undefined : BREAK
  }
  visit(document, visitWithTypeInfo(types, { Field: look }))
  return all
}

function malformed() {
  return new GraphQLError('The header Read-After has no cursor of an event. Send one as it came, or none.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  })
}
