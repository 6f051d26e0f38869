import { createGraphql } from '../../../fin-emulator/demo/graphql.js'

/** What a mutation of this name gives; throws when it is refused. */
// biome-ignore lint/suspicious/noExplicitAny: each caller says what it selects
export function change<Payload = any>(
  url: string,
  token: string,
  mutation: string,
  input: object,
  selection = '__typename',
): Promise<Payload> {
  const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
  return createGraphql(url, token).ask(
    `mutation ($input: ${name}Input!) { ${mutation}(input: $input) {
      __typename ... on ${name}Payload { ${selection} } ... on Error { reason: message } } }`,
    { input },
  )
}
