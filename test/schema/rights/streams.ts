import type { Client } from 'graphql-ws'
import { recordNotice } from '../../../src/notice/record.js'
import { listen } from '../../support/socket.js'
import type { Outcome } from './table.js'
import type { Inbox, Place } from './world.js'

/** A subscription about an inbox. */
interface Stream {
  document: string
  variables: (inbox: Inbox, start: string) => object
  /** What happens in the inbox meanwhile, where the stream begins with now. */
  happens?: (inbox: Inbox, place: Place) => Promise<unknown>
  /** It is about all inboxes: what it tells of, by an id of the inbox's. */
  tells?: (inbox: Inbox) => string | undefined
}

const conversation = (inbox: Inbox, after: string) => ({ id: inbox.ids.Conversation, after })

const streams: Record<string, Stream> = {
  conversationUpdated: {
    document:
      'subscription ($id: ID!, $after: EventCursor) { conversationUpdated(id: $id, after: $after) { kind } }',
    variables: conversation,
  },
  conversationsChanged: {
    document: 'subscription ($after: EventCursor) { conversationsChanged(after: $after) { conversationId } }',
    variables: (_, after) => ({ after }),
    tells: ({ ids }) => ids.Conversation,
  },
  deliveryUpdated: {
    document: 'subscription { deliveryUpdated { id } }',
    variables: () => ({}),
    happens: ({ ids }, { server }) =>
      server.must(
        'mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "told to Fin" }) { __typename } }',
        { id: ids.Conversation },
      ),
  },
  events: {
    document: 'subscription ($after: EventCursor) { events(after: $after) { conversation { id } } }',
    variables: (_, after) => ({ after }),
    tells: ({ ids }) => ids.Conversation,
  },
  liveMetrics: {
    document: 'subscription { liveMetrics(every: 1) { inboxes { inbox { id } } } }',
    variables: () => ({}),
    tells: ({ inboxId }) => inboxId,
  },
  messageAdded: {
    document:
      'subscription ($id: ID!, $after: EventCursor) { messageAdded(conversationId: $id, after: $after) { kind } }',
    variables: conversation,
  },
  noticeAdded: {
    document: 'subscription { noticeAdded { id } }',
    variables: () => ({}),
    happens: (_, { server }) =>
      server.app.db.transaction((tx) => recordNotice(tx, { kind: 'EVENTS_MISSED', detail: 'For the test.' })),
  },
  typing: {
    document: 'subscription ($id: ID!) { typing(conversationId: $id) { isTyping } }',
    variables: ({ ids }) => ({ id: ids.Conversation }),
    happens: ({ ids }, { server }) =>
      server.must(
        'mutation ($id: ID!) { setTyping(input: { conversationId: $id, isTyping: true }) { __typename } }',
        { id: ids.Conversation },
      ),
  },
}

/** What somebody hears of an inbox. `last`: what comes after all else in an inbox of theirs, by the type of its id. */
export async function hearing(
  field: string,
  client: Client,
  inbox: Inbox,
  place: Place,
  start: string,
  last: { conversationId: string; inboxId: string },
): Promise<Outcome> {
  const stream = streams[field]
  if (!stream) throw new Error(`Nothing says how to subscribe to ${field}.`)
  const heard = listen(client, stream.document, { ...stream.variables(inbox, start) })
  try {
    if (stream.happens) {
      let isOver = false
      const first = heard.next().finally(() => {
        isOver = true
      })
      // Until it is told: nothing says when a stream that begins with now has begun.
      const happening = (async () => {
        while (!isOver) await stream.happens?.(inbox, place)
      })()
      await Promise.all([first, happening])
      return 'yes'
    }
    if (!stream.tells) {
      await heard.next()
      return 'yes'
    }
    const all = await heard.until((data) =>
      [last.conversationId, last.inboxId].some((id) => JSON.stringify(data).includes(id)),
    )
    return JSON.stringify(all).includes(String(stream.tells(inbox))) ? 'yes' : 'nothing'
  } catch (error) {
    if ((error as { code?: number }).code === 4403) return 'UNAUTHENTICATED'
    const code = /UNAUTHENTICATED|FORBIDDEN|NOT_FOUND/.exec(String(error))?.[0]
    if (!code) throw error
    return code
  } finally {
    heard.stop()
  }
}
