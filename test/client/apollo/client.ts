import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client/core'
import { relayStylePagination } from '@apollo/client/utilities'
import { followEvents, type WebSocketClass } from 'graphdesk-client'
import { OperationTypeNode, print } from 'graphql'

interface Place {
  /** The GraphQL endpoint. */
  url: string
  token: string
  webSocket?: WebSocketClass
  /** The log cannot be resumed: fetch your queries anew. */
  onResync: () => unknown
}

export function createClient({ url, token, webSocket, onResync }: Place): ApolloClient {
  const http = new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } })
  // Of `events`: it resumes by itself after every lost connection.
  const live = new ApolloLink(
    ({ query, variables: { after, ...variables } }) =>
      new Observable((observer) => {
        const feed = followEvents({
          url,
          token: (refused) => (refused ? null : token),
          query: print(query),
          variables,
          after,
          webSocket,
          onResync,
          onEvent: (events) => observer.next({ data: { events } }),
          onState: (state) => {
            if (state.name === 'closed' && state.error) observer.error(state.error)
          },
        })
        return () => {
          feed.stop()
        }
      }),
  )
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      live,
      http,
    ),
    cache: new InMemoryCache({
      // Apollo must be told what `... on Error` fits.
      possibleTypes: {
        Error: ['ConflictError', 'ForbiddenError', 'NotFoundError', 'RateLimitedError', 'ValidationError'],
      },
      typePolicies: {
        Query: { fields: { conversations: relayStylePagination(['filter', 'orderBy']) } },
        Conversation: { fields: { timeline: relayStylePagination() } },
      },
    }),
  })
}
