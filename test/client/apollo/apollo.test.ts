import { gql } from '@apollo/client/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startDesk } from '../desk.js'
import { soon } from '../setup.js'
import { createClient } from './client.js'

interface Row {
  id: string
  title: string | null
  assignee: { name: string } | null
}

interface Page {
  eventCursor: string
  conversations: { edges: { node: Row }[]; pageInfo: { endCursor: string; hasNextPage: boolean } }
}

const list = gql`
  query List($after: String) {
    eventCursor
    conversations(first: 2, after: $after, filter: { status: [OPEN] }) {
      edges { cursor node { id title assignee { id name } } }
      pageInfo { endCursor hasNextPage }
    }
  }
`
const assign = gql`
  mutation Assign($input: AssignConversationInput!) {
    assignConversation(input: $input) {
      ... on AssignConversationPayload { conversation { id assignee { id name } } }
      ... on Error { code reason: message }
    }
  }
`
const events = gql`
  subscription Events($after: EventCursor) {
    events(after: $after) { cursor type revision conversation { id title } }
  }
`

async function openPage() {
  const desk = await startDesk()
  onTestFinished(() => desk.server.stop())
  const onResync = vi.fn()
  const client = createClient({ ...desk.place, onResync })
  onTestFinished(() => client.stop())
  const page = client.watchQuery<Page>({ query: list })
  const watching = page.subscribe(() => {})
  onTestFinished(() => watching.unsubscribe())
  await vi.waitFor(() => expect(rows()).toHaveLength(2), soon)
  return { ...desk, client, page, rows, onResync }

  function rows(): Row[] {
    const data = page.getCurrentResult().data as Page | undefined
    return (data?.conversations.edges ?? []).map(({ node }) => node)
  }
}

test('Apollo Client pages through a list', async () => {
  const { page, rows, ids } = await openPage()
  const { endCursor } = (page.getCurrentResult().data as Page).conversations.pageInfo
  await page.fetchMore({ variables: { after: endCursor } })
  await vi.waitFor(() => expect(rows().map(({ id }) => id)).toEqual(ids.toReversed()), soon)
})

test('Apollo Client shows what a mutation gives in the list, and why one was refused', async () => {
  const { client, rows, newest, agentId } = await openPage()
  const run = (conversationId: string) =>
    client.mutate<{ assignConversation: object }>({
      mutation: assign,
      variables: { input: { conversationId, agentId, idempotencyKey: conversationId } },
    })
  await run(newest)
  expect(rows()[0]).toMatchObject({ id: newest, assignee: { name: 'Ada' } })
  const refused = await run('conv_unknown')
  expect(refused.data?.assignConversation).toMatchObject({ code: 'NOT_FOUND' })
})

test('Apollo Client follows events from the page’s cursor on, and shows them in the list', async () => {
  const { client, page, rows, newest, retitle, onResync } = await openPage()
  const { eventCursor: after } = page.getCurrentResult().data as Page
  await retitle(newest, 'before it follows')
  const following = client.subscribe({ query: events, variables: { after } }).subscribe(() => {})
  onTestFinished(() => following.unsubscribe())
  await vi.waitFor(() => expect(rows()[0]?.title).toBe('before it follows'), soon)
  await retitle(newest, 'live')
  await vi.waitFor(() => expect(rows()[0]?.title).toBe('live'), soon)
  expect(onResync).not.toHaveBeenCalled()
})
