import { execute, parse } from 'graphql'
import { contextFor } from '../../../schema/context.js'
import { schema } from '../../../schema/schema.js'
import type { Actor } from '../../../src/actor.js'
import type { App } from '../../../src/app.js'
import { documentOf } from './document.js'

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of an answer
export type Answer = { __typename: string } & Record<string, any>

/** Somebody who calls mutations, on whichever node they are sent to. */
export interface Caller {
  call(mutation: string, input: object, node?: number): Promise<Answer>
}

/** A first answer as a repeat gives it. */
export function asRepeated(answer: Answer, shownOnce: readonly string[]): Answer {
  return { ...answer, ...Object.fromEntries(shownOnce.map((field) => [field, null])) }
}

/** An agent, over HTTP. */
export function agentWith(token: string, urls: readonly string[]): Caller {
  return {
    async call(mutation, input, node = 0) {
      const response = await fetch(`${urls[node % urls.length]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: documentOf(mutation), variables: { input } }),
      })
      return answerOf(mutation, await response.json())
    },
  }
}

/** An integration, in process as the Fin API runs documents: no token of Fin's opens GraphQL. */
export function integrationAs(actor: Actor, apps: readonly App[]): Caller {
  return {
    async call(mutation, input, node = 0) {
      const result = await execute({
        schema,
        document: parse(documentOf(mutation)),
        variableValues: { input },
        contextValue: contextFor(apps[node % apps.length] as App, actor),
      })
      return answerOf(mutation, JSON.parse(JSON.stringify(result)))
    },
  }
}

function answerOf(mutation: string, result: unknown): Answer {
  const { data } = result as { data?: Record<string, Answer> | null }
  const answer = data?.[mutation]
  if (!answer) throw new Error(`${mutation}: ${JSON.stringify(result)}`)
  return answer
}
