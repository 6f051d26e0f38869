import { storedId } from '../storedId.js'
import type { Workload } from '../workloads.js'

const email = `identities: endUserIdentitiesByEndUserIdList(
  condition: { kind: EMAIL }, orderBy: [ROW_ID_ASC], first: 1) { value }`

/** What PostGraphile is asked, by workload: all that Graphdesk is asked, under the same names where they can be given. */
export const documents: Record<string, string> = {
  W1: `query Inbox($inboxId: UUID!, $assigneeId: UUID!) {
    nodes: allConversationsList(
      condition: { inboxId: $inboxId, assigneeId: $assigneeId, status: OPEN }
      first: 25, orderBy: [LAST_ACTIVITY_AT_DESC, ROW_ID_DESC]) {
      id: rowId title status priority preview lastActivityAt
      endUser: endUserByEndUserId { id: rowId name ${email} } assignee: agentByAssigneeId { id: rowId name }
      tags: conversationTagsByConversationIdList { tag: tagByTagId { id: rowId name } } } }`,

  W2: `query Timeline($id: UUID!) { conversation: conversationByRowId(rowId: $id) {
    id: rowId title status createdAt
    endUser: endUserByEndUserId { id: rowId name ${email} } assignee: agentByAssigneeId { id: rowId name }
    messages: messagesByConversationIdList(first: 50, orderBy: [SEQ_DESC]) {
      id: rowId seq visibility body createdAt
      agent: agentByAuthorAgentId { id: rowId name } endUser: endUserByAuthorEndUserId { id: rowId name } } } }`,

  W3: `mutation Reply($id: UUID!, $agentId: UUID!, $body: String!) {
    peerReply(input: { conversationId: $id, agentId: $agentId, body: $body }) { 
      result { messageId seq createdAt conversationId status preview } } }`,

  W4: `query Unseen($conversationId: UUID!, $afterId: String!) {
    messages: allMessagesList(
      condition: { conversationId: $conversationId, afterId: $afterId }, first: 100, orderBy: [SEQ_ASC]) {
      id: rowId conversationId body visibility createdAt attachments
      agent: agentByAuthorAgentId { id: rowId name email photoUrl alias }
      endUser: endUserByAuthorEndUserId { id: rowId name ${email} photoUrl attributes } } }`,
}

/** The same requests for PostGraphile; of those it has no document for, none. */
export function forPostgraphile(workloads: readonly Workload[], agentId: string): Workload[] {
  return workloads.flatMap((workload) => {
    const query = documents[workload.name.split('-')[0] ?? '']
    if (!query || workload.name.startsWith('W4b')) return []
    const operationName = /\w+ (\w+)/.exec(query)?.[1]
    const bodies = workload.bodies.map((body) =>
      JSON.stringify({ query, operationName, variables: variablesOf(JSON.parse(body), agentId) }),
    )
    return [{ ...workload, path: '/graphql', bodies }]
  })
}

interface Asked {
  operationName?: string
  variables?: Record<string, string>
  conversation_id?: string
  after_id?: string
}

function variablesOf(asked: Asked, agentId: string) {
  const { id = '', inboxId = '', assigneeId = '', body } = asked.variables ?? {}
  switch (asked.operationName) {
    case 'Inbox':
      return { inboxId: uuid(inboxId), assigneeId: uuid(assigneeId) }
    case 'Timeline':
      return { id: uuid(id) }
    case 'Reply':
      return { id: uuid(id), agentId, body }
    default:
      return { conversationId: uuid(asked.conversation_id ?? ''), afterId: uuid(asked.after_id ?? '') }
  }
}

/** With its hyphens. */
export function uuid(publicId: string): string {
  return storedId(publicId).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
