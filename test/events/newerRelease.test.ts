import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'
import { startReceiver } from '../webhooks/receiver.js'

// While an upgrade is under way, a node of a newer release writes events that this one has no type for.
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const shown = '__typename type cause conversation { id }'

test('they are told as OTHER, to streams, pages and Fin, and what comes after them too', async () => {
  const receiver = await startReceiver()
  const fin = await server.createFin({ webhookBaseUrl: receiver.url })
  const id = await server.conversation(fin.inboxId)
  await receiver.arrival(1)
  const { eventCursor: after } = await server.must('{ eventCursor }')
  await server.app.db.pool.query(
    `with e as (insert into event (type, inbox_id, conversation_id, revision, actor_kind, origin, cause)
       values ('SUMMARISED', $1, $2, 90, 'SYSTEM', 'SYSTEM', 'FULL_MOON') returning id)
     insert into event_pending (event_id) select id from e`,
    [storedId('Inbox', fin.inboxId), storedId('Conversation', id)],
  )
  const other = { __typename: 'OtherEvent', type: 'OTHER', cause: null, conversation: { id } }

  const client = connect(server.url, server.token)
  const all = listen(client, `subscription ($after: EventCursor) { events(after: $after) { ${shown} } }`, {
    after,
  })
  const own = listen(
    client,
    `subscription ($after: EventCursor) { events(after: $after, filter: { types: [OTHER] }) { ${shown} } }`,
    { after },
  )
  expect((await all.next()).events).toEqual(other)
  expect((await own.next()).events).toEqual(other)
  expect((await receiver.arrival(2)).body).toMatchObject({ conversation_id: id })

  await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "after it" }) { __typename } }`,
    { id },
  )
  expect((await all.next()).events).toMatchObject({ __typename: 'MessageAdded' })
  const { events, conversation } = await server.must(
    `query ($after: EventCursor, $id: ID!) {
      events(after: $after) { nodes { ${shown} } }
      conversation(id: $id) { timeline { nodes { __typename } } } }`,
    { after, id },
  )
  expect(events.nodes[0]).toEqual(other)
  expect(conversation.timeline.nodes.map((entry: { __typename: string }) => entry.__typename)).toEqual([
    'ConversationOpened',
    'Message',
    'Message',
  ])
  await client.dispose()
})
