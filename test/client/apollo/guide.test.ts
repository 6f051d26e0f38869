import { gql } from '@apollo/client/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startDesk } from '../desk.js'
import { type Desk, guideDocument, testTheGuide } from '../guide.js'
import { addNote, soon } from '../setup.js'
import { createClient } from './client.js'

describe('Apollo Client', () => {
  testTheGuide((desk) => {
    const client = clientAt(desk)
    return {
      query: async (name, variables) =>
        (await client.query({ query: gql(guideDocument(name)), variables, fetchPolicy: 'network-only' }))
          .data,
      held: (name, variables) => client.readQuery({ query: gql(guideDocument(name)), variables }),
      mutate: async (name, variables) =>
        (await client.mutate({ mutation: gql(guideDocument(name)), variables })).data,
      subscribe(name, variables, onData) {
        const following = client
          .subscribe({ query: gql(guideDocument(name)), variables })
          .subscribe(({ data, error }) => {
            if (error) throw error
            onData(data)
          })
        return () => following.unsubscribe()
      },
    }
  })

  test('holds the whole conversation while others of its documents come, and shows an edit', async () => {
    const { desk, client } = await begin()
    const { server, newest: id, agentId } = desk
    await addNote(server, id, 'First.')
    const start = await client.query<Started>({ query: gql(guideDocument('Start')) })
    const open = { query: gql(guideDocument('Open')), variables: { id } }
    const page = client.watchQuery(open)
    const watching = page.subscribe(() => {})
    onTestFinished(() => watching.unsubscribe())
    // Null when anything of it is missing.
    const held = () => client.readQuery<Opened>(open)?.conversation
    await vi.waitFor(() => expect(held()).toBeTruthy(), soon)
    const opened = held()?.timeline.edges ?? []
    const note = opened.at(-1)?.node
    expect(note).toMatchObject({ body: 'First.' })

    await client.mutate({
      mutation: gql(guideDocument('MarkRead')),
      variables: { input: { conversationId: id, seq: 2 } },
    })
    expect(held()).toMatchObject({ unreadCount: 0, readBy: [{ agent: { name: 'Ada' }, seq: 2 }] })
    const before = opened.at(-1)?.cursor
    await page.fetchMore({ query: gql(guideDocument('Earlier')), variables: { id, before } })
    expect(held()?.timeline.edges).toEqual(opened)

    const live = client
      .subscribe({ query: gql(guideDocument('Watch')), variables: { id, after: start.data?.eventCursor } })
      .subscribe(() => {})
    onTestFinished(() => live.unsubscribe())
    await server.must(
      `mutation ($id: ID!, $agentId: ID!, $messageId: ID!) {
        assignConversation(input: { conversationId: $id, agentId: $agentId }) { __typename ... on Error { message } }
        editMessage(input: { messageId: $messageId, body: "Second." }) { __typename ... on Error { message } }
      }`,
      { id, agentId, messageId: note?.id },
    )
    await vi.waitFor(() => {
      expect(held()).toMatchObject({ assignee: { name: 'Ada' } })
      expect(held()?.timeline.edges.at(-1)?.node).toMatchObject({ id: note?.id, body: 'Second.' })
    }, soon)
  })

  test('polls the first page, and keeps those after it', async () => {
    const { desk, client } = await begin()
    const query = gql(guideDocument('List'))
    const first = { filter: { status: ['OPEN'] }, orderBy: null, first: 2 }
    const held = () => client.readQuery<Listed>({ query, variables: first })?.conversations
    const page = client.watchQuery<Listed>({ query, variables: first })
    const watching = page.subscribe(() => {})
    onTestFinished(() => watching.unsubscribe())
    await vi.waitFor(() => expect(held()?.edges).toHaveLength(2), soon)
    await page.fetchMore({ variables: { after: held()?.pageInfo.endCursor } })
    const ids = () => held()?.edges.map(({ node }) => node.id)
    expect(ids()).toEqual(desk.ids.toReversed())
    const variables = { ...first, seen: held()?.signature }
    await client.query({ query, variables, fetchPolicy: 'network-only' })
    expect(ids()).toEqual(desk.ids.toReversed())
    await desk.retitle(desk.newest, 'Tulips')
    await client.query({ query, variables, fetchPolicy: 'network-only' })
    expect(held()?.edges[0]?.node).toMatchObject({ title: 'Tulips' })
  })
})

interface Started {
  eventCursor: string
}

interface Opened {
  conversation: { timeline: { edges: { cursor: string; node: { id: string; body?: string } }[] } } | null
}

interface Listed {
  conversations: {
    signature: string
    edges: { node: { id: string; title: string | null } }[]
    pageInfo: { endCursor: string }
  }
}

async function begin() {
  const desk = await startDesk()
  onTestFinished(() => desk.server.stop())
  return { desk, client: clientAt(desk) }
}

function clientAt({ place }: Desk) {
  const client = createClient({ ...place, onResync() {} })
  onTestFinished(() => client.stop())
  return client
}
