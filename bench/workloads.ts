import type pg from 'pg'
import { type NodeType, publicId } from '../src/ids.js'
import type { Tokens } from './accounts.js'
import { unique } from './unique.js'

/** One kind of request, with what to ask for. */
export interface Workload {
  name: string
  title: string
  path: string
  token: string
  bodies: string[]
}

/** What an inbox shows of each conversation. */
export const inboxRow = `id title status priority preview lastActivityAt
    endUser { id name email } assignee { id name } tags { id name }`

const inbox = `query Inbox($inboxId: ID!, $assigneeId: ID!) {
  conversations(filter: { inboxId: $inboxId, assigneeId: $assigneeId, status: [OPEN] }, first: 25) { nodes {
    ${inboxRow} } } }`

/** The same said otherwise, as by a client that nobody has seen before. */
const otherInbox = `query Inbox($assigneeId: ID!, $inboxId: ID!, $size: Int = 25) {
  conversations(orderBy: { field: LAST_ACTIVITY, direction: DESC }, first: $size,
    filter: { status: [OPEN], assigneeId: $assigneeId, inboxId: $inboxId }) {
    nodes { ...Shown tags { name: name ...OfTag } endUser { ... on EndUser { email name } id } } } }
  fragment OfTag on Tag { id }
  fragment Shown on Conversation { lastActivityAt preview priority: priority assignee { name id } title status id }`

const timeline = `query Timeline($id: ID!) { conversation(id: $id) {
  id title status createdAt endUser { id name email } assignee { id name }
  messages(last: 50) { nodes { id seq visibility body createdAt
    author { __typename ... on Agent { id name } ... on EndUser { id userName: name } } } } } }`

const reply = `mutation Reply($id: ID!, $body: String!) {
  replyToConversation(input: { conversationId: $id, body: $body }) { __typename
    ... on ReplyToConversationPayload {
      message { id seq createdAt } conversation { id status preview } }
    ... on Error { code } } }`

const markRead = `mutation MarkRead($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename
    ... on MarkConversationReadPayload { conversation { id } }
    ... on Error { code } } }`

/** By stored id. */
interface Inboxes {
  inboxId: string
  /** Fin works in it, and nobody replies in it. */
  finInboxId: string
  /** Fin is told of replies in it. */
  toldInboxId: string
}

/** Them all, over what the data has most of. */
export async function workloads(
  client: pg.Client,
  { inboxId, finInboxId, toldInboxId }: Inboxes,
  tokens: Tokens,
): Promise<Workload[]> {
  const ids = async (text: string, of: string): Promise<string[][]> =>
    (await client.query({ text, values: [of], rowMode: 'array' })).rows as string[][]
  const named = (type: NodeType, id: string | undefined) => publicId(type, id as string)
  const graphql = (query: string, operationName: string, variables: object) =>
    JSON.stringify({ query, operationName, variables })

  const agents = await ids(
    `select assignee_id from conversation where inbox_id = $1 and status = 'OPEN' and assignee_id is not null
      group by 1 having count(*) >= 25 order by count(*) desc`,
    inboxId,
  )
  const long = await ids('select id from conversation where inbox_id = $1 and message_count = 60', inboxId)
  const held = (of: string) =>
    ids(
      `select id from conversation where inbox_id = $1 and status = 'OPEN' and assignee_id is not null
        order by id limit 2000`,
      of,
    )
  const replies = async (of: string) =>
    (await held(of)).map(([id], index) =>
      graphql(reply, 'Reply', {
        id: named('Conversation', id),
        body: `<p>Thanks for reaching out. We have looked into order ${index} and the refund is on its way.</p>`,
      }),
    )
  const unseen = await ids(
    `select c.id, m.id from conversation c join message m on m.conversation_id = c.id and m.seq = 50
      where c.inbox_id = $1 and c.message_count = 60`,
    finInboxId,
  )

  const open = await ids(
    `select id, end_user_id from conversation
      where inbox_id = $1 and status = 'OPEN' and message_count < 60 order by id limit 2000`,
    finInboxId,
  )
  const said = (number: number) => ({
    object_id: `message-${unique}`,
    body: `<p>Hello, order ${number} has not arrived. Could you look where it is?</p>`,
    author: { user_type: 'end_user' },
    message_type: 'comment',
  })

  const common = { path: '/graphql', token: tokens.agent }
  return [
    {
      ...common,
      name: 'W1',
      title: 'inbox',
      bodies: agents.map(([id]) =>
        graphql(inbox, 'Inbox', { inboxId: named('Inbox', inboxId), assigneeId: named('Agent', id) }),
      ),
    },
    {
      ...common,
      name: 'W1-other',
      title: 'inbox, another document',
      bodies: agents.map(([id]) =>
        graphql(otherInbox, 'Inbox', { inboxId: named('Inbox', inboxId), assigneeId: named('Agent', id) }),
      ),
    },
    {
      ...common,
      name: 'W2',
      title: 'timeline',
      bodies: long.map(([id]) => graphql(timeline, 'Timeline', { id: named('Conversation', id) })),
    },
    { ...common, name: 'W3', title: 'reply', bodies: await replies(inboxId) },
    { ...common, name: 'W3-told', title: 'reply, and Fin is told', bodies: await replies(toldInboxId) },
    {
      ...common,
      name: 'W7',
      title: 'mark as read',
      bodies: (await held(inboxId)).map(([id]) =>
        graphql(markRead, 'MarkRead', { id: named('Conversation', id) }),
      ),
    },
    {
      name: 'W4',
      title: "Fin's get_messages",
      path: '/api/fin/get_messages',
      token: tokens.fin,
      bodies: unseen.map(([id, seen]) =>
        JSON.stringify({ conversation_id: named('Conversation', id), after_id: named('Message', seen) }),
      ),
    },
    {
      name: 'W4b-conversation',
      title: "Fin's create_conversation",
      path: '/api/fin/create_conversation',
      token: tokens.fin,
      bodies: open.map(([, user], number) =>
        JSON.stringify({
          object_id: `conversation-${unique}`,
          title: `Order ${number}`,
          user: { id: named('EndUser', user) },
          initial_message: said(number),
        }),
      ),
    },
    {
      name: 'W4b-message',
      title: "Fin's create_message",
      path: '/api/fin/create_message',
      token: tokens.fin,
      bodies: open.map(([id], number) =>
        JSON.stringify({ conversation_id: named('Conversation', id), ...said(number) }),
      ),
    },
  ]
}
