interface Answer {
  data?: Record<string, { __typename: string; reason?: string }> | null
  errors?: { message: string }[]
}

/** Runs a mutation that selects `__typename` and `... on Error { reason: message }`; throws what a person can read. */
export async function mutate(token: string, query: string, variables: object): Promise<void> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  }).catch(() => {
    throw new Error('The server does not answer.')
  })
  const { data, errors } = (await response.json().catch(() => {
    throw new Error(`The server answered ${response.status}. Try again.`)
  })) as Answer
  if (errors?.[0]) throw new Error(errors[0].message)
  const [result] = Object.values(data ?? {})
  if (result?.reason !== undefined) throw new Error(result.reason)
}
