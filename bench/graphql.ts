/** Asks a server on this machine by GraphQL; throws on errors, and gives the data. */
// biome-ignore lint/suspicious/noExplicitAny: what each document asks for
export type Graphql = (document: string, variables?: object) => Promise<any>

export function graphqlOf(port: number, token: string): Graphql {
  return async (query, variables = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = (await response.json()) as { data: object; errors?: object[] }
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }
}
