import type { TestServer } from '../support/server.js'

/** What a test asks of deliveries, as an admin unless told otherwise. */
export function deliveryDesk(server: TestServer) {
  const fields = `id state attemptCount nextAttemptAt createdAt finishedAt eventType body
    integration { id } webhook { id } conversation { id } attempts { id startedAt durationMs statusCode note }`

  async function change(document: string, variables: object, token?: string) {
    const { data, errors } = await server.graphql(document, variables, token)
    if (errors) throw new Error(JSON.stringify(errors))
    return Object.values(data as object)[0]
  }

  return {
    async list(filter: object = {}, page: object = {}, token?: string | null) {
      const { deliveries } = await server.must(
        `query ($filter: DeliveryFilter, $first: Int, $after: String, $last: Int, $before: String) {
          deliveries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
            nodes { ${fields} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
        { filter, ...page },
        token,
      )
      return deliveries
    },
    async find(id: string, token?: string | null) {
      const query = `query ($id: ID!) { node(id: $id) { ... on Delivery { ${fields} } } }`
      return (await server.must(query, { id }, token)).node
    },
    redeliver: (deliveryId: string, token?: string) =>
      change(
        `mutation ($deliveryId: ID!) { redeliver(input: { deliveryId: $deliveryId }) {
          __typename ... on RedeliverPayload { delivery { ${fields} } } ... on ValidationError { field }
          ... on Error { code reason: message } } }`,
        { deliveryId },
        token,
      ),
    replay: (input: object, token?: string) =>
      change(
        `mutation ($input: ReplayDeliveriesInput!) { replayDeliveries(input: $input) {
          __typename ... on ReplayDeliveriesPayload { count } ... on ValidationError { field }
          ... on Error { code reason: message } } }`,
        { input },
        token,
      ),
  }
}
