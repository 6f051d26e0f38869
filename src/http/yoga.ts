import { costLimitPlugin } from '@escape.tech/graphql-armor-cost-limit'
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth'
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens'
import { createYoga, type Plugin } from 'graphql-yoga'
import { contextFor } from '../../schema/context.js'
import { limitOptions } from '../../schema/limits.js'
import { schema } from '../../schema/schema.js'
import type { App } from '../app.js'
import type { Carried } from './exchange.js'
import { renderGraphiql } from './graphiql.js'
import { readAfter } from './readAfter.js'
import type { Rechecks } from './rechecks.js'
import type { Sharing } from './sharing/share.js'
import { learnDocument } from './shortWay.js'
import { type Report, shownErrors } from './shownErrors.js'
import { sharedSse } from './sse.js'

export interface YogaOptions {
  corsOrigins: readonly string[]
  sharing: Sharing
  rechecks: Rechecks
  report: Report
}

export type Yoga = ReturnType<typeof openYoga>

/** The general way: any GraphQL over HTTP and SSE, and the engine that the sockets share. */
export function openYoga(app: App, options: YogaOptions) {
  return createYoga<Carried>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    batching: false,
    logging: false,
    graphiql: { title: 'Graphdesk' },
    renderGraphiQL: renderGraphiql,
    cors: options.corsOrigins.length > 0 ? { origin: [...options.corsOrigins], credentials: false } : false,
    maskedErrors: { maskError: shownErrors(options.report), errorMessage: 'Unexpected error' },
    context: (initial) => {
      const { caller, settled } = initial.exchange
      Object.assign(contextFor(app, caller?.actor ?? null, caller?.again, initial), { settled })
      return {}
    },
    plugins: [...armor(), readAfter(app), wholeEvents, sharedSse(options), learnDocument],
  })
}

/**
 * A stream ends with the error when it could not show an event whole: the client resumes after its last cursor and
 * gets it again. Shown with nulls, it would be taken for seen.
 */
const wholeEvents: Plugin = {
  onSubscribe: () => ({
    onSubscribeResult: () => ({
      onNext: ({ result }) => {
        const [fault] = ('errors' in result && result.errors) || []
        if (fault) throw fault
      },
    }),
  }),
}

function armor(): Plugin[] {
  const { tokens, depth, aliases, cost } = limitOptions
  return [
    maxTokensPlugin(tokens),
    maxDepthPlugin(depth),
    maxAliasesPlugin(aliases),
    costLimitPlugin(cost),
  ] as Plugin[]
}
