import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createSightings, type Sightings } from './sightings.js'

/** An event as the human agent's screen gets it. */
export interface SeenEvent {
  __typename: string
  cursor: string
  origin: { api: 'GRAPHQL' | 'FIN' | 'SYSTEM' }
  conversation: { id: string } | null
  message?: SeenMessage
  assignee?: { id: string } | null
  status?: string
}

export interface SeenMessage {
  id: string
  text: string
  visibility: 'PUBLIC' | 'PRIVATE'
  author: { __typename: 'EndUser' | 'Agent'; isBot?: boolean }
}

/** The human agent's screen: a subscription to all events in the agent's sight. */
export interface Watch {
  events: Sightings<SeenEvent>
  /** Cuts the connection. */
  sleep(): Promise<void>
  /** Connects anew and resumes after the last event seen. */
  wake(): Promise<void>
  stop(): Promise<void>
}

/** Not a cursor of any log: the Resync that answers it says where this log stands, and that the subscription runs. */
const fromNow = 'now'

const document = `subscription ($after: EventCursor) {
  events(after: $after) {
    __typename cursor origin { api } conversation { id }
    ... on MessageAdded { message { id text visibility author { __typename ... on Agent { isBot } } } }
    ... on AssignmentChanged { assignee: to { id } }
    ... on StatusChanged { status: to }
  }
}`

/** Subscribes over WebSocket with the agent's token; comes back when the subscription runs. */
export async function watchEvents(graphqlUrl: string, token: string): Promise<Watch> {
  const events = createSightings<SeenEvent>(describe)
  let client: Client | undefined

  async function connect() {
    const opened = createClient({
      url: graphqlUrl.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => {},
    })
    client = opened
    const broken = (cause: unknown) => {
      if (client === opened) events.end(new Error('The subscription ended.', { cause }))
    }
    await new Promise<void>((resolve, reject) => {
      opened.on('connected', () => resolve())
      opened.on('closed', (event) => reject(new Error('The subscription was refused.', { cause: event })))
      opened.subscribe<{ events: SeenEvent }>(
        { query: document, variables: { after: events.all.at(-1)?.cursor ?? fromNow } },
        {
          next: ({ data, errors }) => {
            if (data && !errors) events.add(data.events)
            else broken(errors)
          },
          error: broken,
          complete: () => broken('complete'),
        },
      )
    })
  }

  async function disconnect() {
    const closing = client
    client = undefined
    await closing?.dispose()
  }

  await connect()
  await events.until('the subscription runs', 0, ({ __typename }) => __typename === 'Resync')
  return { events, sleep: disconnect, wake: connect, stop: disconnect }
}

function describe({ __typename, origin, message, status }: SeenEvent): string {
  return [__typename, `through ${origin.api}`, message?.text, status].filter(Boolean).join(' ')
}
