import { createSubscriber, type WebSocketClass } from 'graphdesk-client'
import { Environment, type FetchFunction, Network, Observable, RecordSource, Store } from 'relay-runtime'

interface Place {
  /** The GraphQL endpoint. */
  url: string
  token: string
  webSocket?: WebSocketClass
  /** The log cannot be resumed: fetch your queries anew. */
  onResync: () => unknown
}

export function createEnvironment({ url, token, webSocket, onResync }: Place): Environment {
  const fetchQuery: FetchFunction = async ({ text: query }, variables) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
    return response.json()
  }
  const subscribe = createSubscriber({
    url,
    token: (refused) => (refused ? null : token),
    webSocket,
    onResync,
  })
  return new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(fetchQuery, ({ text }, variables) =>
      Observable.create((sink) => subscribe({ query: text ?? '', variables }, sink)),
    ),
  })
}
