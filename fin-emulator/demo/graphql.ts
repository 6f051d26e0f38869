import { reach } from './reach.js'

/** Asks the helpdesk's GraphQL API. */
export interface Graphql {
  url: string
  /** The data of a document's only field; throws on errors, and on expected failures such as a ValidationError. */
  ask<T>(document: string, variables?: object): Promise<T>
}

interface Answer {
  data?: Record<string, { __typename?: string; message?: string } | null> | null
  errors?: { message: string }[]
}

/** A client of the helpdesk at `helpdesk` that carries one token. */
export function createGraphql(helpdesk: string, token: string): Graphql {
  const url = `${helpdesk}/graphql`

  async function ask<T>(document: string, variables: object = {}): Promise<T> {
    const response = await reach('GraphQL', url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: document, variables }),
    })
    const { data, errors } = (await response.json()) as Answer
    const [field, value] = Object.entries(data ?? {})[0] ?? []
    if (errors || !field) throw new Error(`GraphQL answered ${response.status}: ${JSON.stringify(errors)}`)
    if (value?.__typename?.endsWith('Error')) throw new Error(`${field} was refused: ${value.message}`)
    return value as T
  }

  return { url, ask }
}
