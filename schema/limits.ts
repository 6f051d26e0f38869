import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit'
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import type { ValidationRule } from 'graphql'

/** What a document may ask at most: high enough for GraphiQL's introspection and a full inbox screen. */
export const limits = { depth: 15, aliases: 500, tokens: 10_000, cost: 20_000 }

const quiet = { propagateOnRejection: true, exposeLimits: true }

/** As the plugins of graphql-armor take them. */
export const limitOptions = {
  tokens: { n: limits.tokens, ...quiet },
  depth: { n: limits.depth, ignoreIntrospection: true, ...quiet },
  aliases: { n: limits.aliases, allowList: [], ...quiet },
  cost: {
    maxCost: limits.cost,
    objectCost: 2,
    scalarCost: 1,
    depthCostFactor: 1.3,
    ignoreIntrospection: true,
    // A fragment is a way to write, not a level.
    flattenFragments: true,
    ...quiet,
  },
}

/** The limits as rules of validation, where no plugin is at work; that of tokens is an option of the parser. */
export const limitRules = [
  maxDepthRule(limitOptions.depth),
  maxAliasesRule(limitOptions.aliases),
  costLimitRule(limitOptions.cost),
] as unknown as ValidationRule[]
