import { type NodeType, publicId } from '../src/ids.js'

/** What PostgreSQL sent as text; a text[] is an array. */
type Cell = string | string[] | null | undefined

/** Columns in order. */
export type Row = Cell[]

const quote = JSON.stringify

/** PostgreSQL's text of a moment in UTC, e.g. `2026-11-22 09:30:00.5+00`. */
function moment(value: Cell): string {
  const text = String(value)
  return `"${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z"`
}

const id = (type: NodeType, value: Cell) => `"${publicId(type, String(value))}"`

const named = (type: NodeType, value: Cell, name: Cell) =>
  value === null ? 'null' : `{"id":${id(type, value)},"name":${quote(name)}}`

export function inbox(rows: Row[]): string {
  const nodes = rows.map(
    ([conversation, title, status, priority, preview, at, user, name, email, agent, agentName, tags]) =>
      `{"id":${id('Conversation', conversation)},"title":${quote(title)},"status":"${status}",` +
      `"priority":"${priority}","preview":${quote(preview)},"lastActivityAt":${moment(at)},` +
      `"endUser":{"id":${id('EndUser', user)},"name":${quote(name)},"email":${quote(email)}},` +
      `"assignee":${named('Agent', agent, agentName)},` +
      `"tags":[${(tags as string[]).map((tag) => named('Tag', tag.slice(0, 36), tag.slice(37)))}]}`,
  )
  return `{"data":{"conversations":{"nodes":[${nodes}]}}}`
}

export function timeline(conversation: Row, messages: Row[]): string {
  const [of, title, status, at, user, name, email, agent, agentName] = conversation
  const nodes = messages.map(
    ([message, seq, visibility, body, sent, author, authorName, endUser, endUserName]) =>
      `{"id":${id('Message', message)},"seq":${seq},"visibility":"${visibility}","body":${quote(body)},` +
      `"createdAt":${moment(sent)},"author":${
        author === null
          ? `{"__typename":"EndUser","id":${id('EndUser', endUser)},"userName":${quote(endUserName)}}`
          : `{"__typename":"Agent","id":${id('Agent', author)},"name":${quote(authorName)}}`
      }}`,
  )
  return (
    `{"data":{"conversation":{"id":${id('Conversation', of)},"title":${quote(title)},"status":"${status}",` +
    `"createdAt":${moment(at)},` +
    `"endUser":{"id":${id('EndUser', user)},"name":${quote(name)},"email":${quote(email)}},` +
    `"assignee":${named('Agent', agent, agentName)},"messages":{"nodes":[${nodes}]}}}}`
  )
}

export function markRead([conversation]: Row): string {
  return (
    `{"data":{"markConversationRead":{"__typename":"MarkConversationReadPayload",` +
    `"conversation":{"id":${id('Conversation', conversation)}}}}}`
  )
}

export function reply([message, seq, at, conversation, status, preview]: Row): string {
  return (
    `{"data":{"replyToConversation":{"__typename":"ReplyToConversationPayload",` +
    `"message":{"id":${id('Message', message)},"seq":${seq},"createdAt":${moment(at)}},` +
    `"conversation":{"id":${id('Conversation', conversation)},"status":"${status}","preview":${quote(preview)}}}}}`
  )
}

export function unseen(conversationId: string, messages: Row[]): string {
  const data = messages.map((row) => {
    const [
      message,
      ,
      visibility,
      body,
      at,
      agent,
      agentName,
      user,
      name,
      agentEmail,
      agentPhoto,
      photo,
      attributes,
      email,
    ] = row
    const author =
      agent === null
        ? `{"id":${id('EndUser', user)},"user_type":"end_user","name":${quote(name)},` +
          `"email":${quote(email)},"photo_url":${quote(photo)},"attributes":${attributes}}`
        : `{"id":${id('Agent', agent)},"user_type":"agent","name":${quote(agentName)},` +
          `"email":${quote(agentEmail)},"photo_url":${quote(agentPhoto)},"alias":null,"alias_name":null}`
    return (
      `{"id":${id('Message', message)},"conversation_id":"${conversationId}","message_type":"comment",` +
      `"body":${quote(body)},"author":${author},"visibility":"${String(visibility).toLowerCase()}",` +
      `"created_at":${moment(at)},"attachments":[]}`
    )
  })
  return `{"data":[${data}]}`
}

const endUser = ([user, name, photo, attributes, email]: Row) =>
  `{"id":${id('EndUser', user)},"user_type":"end_user","name":${quote(name)},"email":${quote(email)},` +
  `"photo_url":${quote(photo)},"attributes":${attributes}}`

/** An alias that is the name is none. */
function agent([agentId, name, email, photo, alias]: Row): string {
  const shown = quote(alias === name ? null : alias)
  return (
    `{"id":${id('Agent', agentId)},"user_type":"agent","name":${quote(name)},"email":${quote(email)},` +
    `"photo_url":${quote(photo)},"alias":${shown},"alias_name":${shown}}`
  )
}

const message = (conversationId: string, [messageId, body, at]: Row, author: string) =>
  `"id":${id('Message', messageId)},"conversation_id":${conversationId},"message_type":"comment","body":${quote(body)},` +
  `"author":${author},"visibility":"public","created_at":${moment(at)},"attachments":[]`

export function opened(row: Row): string {
  const [conversation, title, createdAt, updatedAt] = row
  const user = endUser(row.slice(12))
  const pair =
    `"conversation":{"id":${id('Conversation', conversation)},"status":"open","user":${user},"title":${quote(title)},` +
    `"tags":[],"attributes":{},"assignee":${agent(row.slice(7, 12))},` +
    `"created_at":${moment(createdAt)},"updated_at":${moment(updatedAt)}},` +
    `"message":{${message(id('Conversation', conversation), row.slice(4, 7), user)}}`
  return `{"data":{${pair}},${pair}}`
}

export function received(conversationId: string, row: Row): string {
  const fields = message(quote(conversationId), row.slice(0, 3), endUser(row.slice(3)))
  return `{"data":{${fields}},${fields}}`
}
