import { gql } from '@urql/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startDesk } from '../desk.js'
import { soon } from '../setup.js'
import { createClient } from './client.js'

interface Page {
  eventCursor: string
  conversations: {
    nodes: { id: string; title: string | null; assignee: { name: string } | null }[]
    pageInfo: { endCursor: string; hasNextPage: boolean }
  }
}

const list = gql<Page>`
  query List($after: String) {
    eventCursor
    conversations(first: 2, after: $after, filter: { status: [OPEN] }) {
      nodes { id title assignee { id name } }
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
const events = gql<{ events: { type: string; conversation: { id: string; title: string | null } } }>`
  subscription Events($after: EventCursor) {
    events(after: $after) { cursor type revision conversation { id title } }
  }
`

async function openPage() {
  const desk = await startDesk()
  onTestFinished(() => desk.server.stop())
  const onResync = vi.fn()
  const client = createClient({ ...desk.place, onResync })
  let shown: Page | undefined
  const watching = client.query(list, {}).subscribe(({ data }) => {
    shown = data
  })
  onTestFinished(() => watching.unsubscribe())
  await vi.waitFor(() => expect(shown).toBeDefined(), soon)
  return { ...desk, client, shown: () => shown as Page, onResync }
}

test('urql pages through a list', async () => {
  const { client, shown, ids } = await openPage()
  const { endCursor, hasNextPage } = shown().conversations.pageInfo
  expect(hasNextPage).toBe(true)
  const { data } = await client.query(list, { after: endCursor }).toPromise()
  const nodes = [...shown().conversations.nodes, ...(data?.conversations.nodes ?? [])]
  expect(nodes.map(({ id }) => id)).toEqual(ids.toReversed())
})

test('urql loads a list anew after a mutation of what it shows, and shows why one was refused', async () => {
  const { client, shown, newest, agentId } = await openPage()
  const run = (conversationId: string) =>
    client
      .mutation(assign, { input: { conversationId, agentId, idempotencyKey: conversationId } })
      .toPromise()
  await run(newest)
  await vi.waitFor(() => expect(shown().conversations.nodes[0]?.assignee?.name).toBe('Ada'), soon)
  expect((await run('conv_unknown')).data.assignConversation).toMatchObject({ code: 'NOT_FOUND' })
})

test('urql follows events from the page’s cursor on', async () => {
  const { client, shown, newest, retitle, onResync } = await openPage()
  const { eventCursor: after } = shown()
  await retitle(newest, 'before it follows')
  const titles: (string | null)[] = []
  const following = client.subscription(events, { after }).subscribe(({ data }) => {
    if (data?.events.type === 'TITLE_CHANGED') titles.push(data.events.conversation.title)
  })
  onTestFinished(() => following.unsubscribe())
  await vi.waitFor(() => expect(titles).toHaveLength(1), soon)
  await retitle(newest, 'live')
  await vi.waitFor(() => expect(titles.at(-1)).toBe('live'), soon)
  expect(onResync).not.toHaveBeenCalled()
})
