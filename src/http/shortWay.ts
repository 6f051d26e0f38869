import type { OutgoingHttpHeaders } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { LRUCache } from 'lru-cache'
import { contextFor } from '../../schema/context.js'
import type { App } from '../app.js'
import { preparedFor } from '../execution/prepared.js'
import { run } from '../execution/run.js'
import type { Carried, HttpExchange } from './exchange.js'

interface Asked {
  text: string
  operationName: string | null
  variables: Record<string, unknown>
  /** What the headers of an answer depend on. */
  heading: string
}

/** Leaves behind what the general way executes, to be learnt once it has answered. */
export const learnDocument: Plugin<Carried> = {
  onExecute({ args, context }) {
    context.exchange.document = args.document
  },
}

/**
 * Answers operations that the general way has answered before without going through it again: they were parsed, checked
 * and compiled then. What is not plain success is left to the general way.
 */
export function shortWay(app: App, schema: GraphQLSchema) {
  const prepared = preparedFor(schema)
  /** The headers that the general way answers with, by those that they depend on. */
  const headings = new LRUCache<string, OutgoingHttpHeaders>({ max: mostHeadings })

  function learn({ text, operationName, heading }: Asked, { response, document }: HttpExchange) {
    const headers = Object.entries(response.getHeaders())
    const isJson = /^application\/([\w-]+\+)?json;/.test(String(response.getHeader('content-type')))
    if (!document || response.statusCode !== 200 || !isJson) return
    headings.set(heading, Object.fromEntries(headers.filter(([name]) => negotiated.test(name))))
    prepared.learn(text, operationName, document)
  }

  return {
    /** Whether it has answered. */
    async answers(exchange: HttpExchange): Promise<boolean> {
      const { response, caller } = exchange
      const asked = askedFor(exchange)
      if (!asked) return false
      const heading = headings.get(asked.heading)
      const operation = prepared.find(asked.text, asked.operationName)
      if (operation === null) return false
      if (!operation || !heading) {
        response.once('finish', () => learn(asked, exchange))
        return false
      }
      const context = contextFor(app, caller?.actor ?? null, caller?.again)
      const outcome = await run(schema, operation, context, asked.variables)
      if (outcome.data === null) {
        exchange.settled = outcome.settled
        return false
      }
      const body = Buffer.from(`{"data":${outcome.data}}`)
      response.writeHead(200, { ...heading, 'content-length': body.length }).end(body)
      return true
    },
  }
}

const negotiated = /^(content-type|vary|access-control-.*)$/
const mostHeadings = 100

/** Null where anything is out of the ordinary. */
function askedFor({ request: { method, headers, body } }: HttpExchange): Asked | null {
  if (method !== 'POST' || headers['read-after'] !== undefined) return null
  const { query, operationName = null, variables, ...more } = (body ?? {}) as Record<string, unknown>
  const isPlain =
    typeof query === 'string' &&
    (operationName === null || typeof operationName === 'string') &&
    (variables == null || (typeof variables === 'object' && !Array.isArray(variables))) &&
    Object.keys(more).length === 0
  if (!isPlain) return null
  return {
    text: query,
    operationName,
    variables: (variables ?? {}) as Record<string, unknown>,
    heading: `${headers.accept} ${headers.origin}`,
  }
}
