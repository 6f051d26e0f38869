import { fits } from './formats.js'

// GraphQL objects in Fin's shapes: each with the fragment that selects it. Ids are the same in both.

export interface EndUser {
  id: string
  name: string | null
  email: string | null
  photoUrl: string | null
  attributes: Record<string, unknown>
}

export const endUserFragment = `fragment EndUser on EndUser { id name email photoUrl attributes }`

export function presentEndUser({ id, name, email, photoUrl, attributes }: EndUser) {
  return {
    id,
    user_type: 'end_user',
    name,
    email: fits('email', email) ? email : null,
    photo_url: fits('uri', photoUrl) ? photoUrl : null,
    attributes: presentAttributes(attributes),
  }
}

/** Fin is shown texts, numbers and booleans: of anything else the JSON. */
function presentAttributes(attributes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  )
}

export interface Agent {
  id: string
  agentName: string
  agentEmail: string
  alias: string | null
  photoUrl: string | null
}

/** Aliased, because an author's name is nullable in one of its types only. */
export const agentFragment = `fragment Agent on Agent {
  id agentName: name agentEmail: email alias photoUrl
}`

export function presentAgent({ id, agentName, agentEmail, alias, photoUrl }: Agent) {
  const shownAs = alias === agentName ? null : alias
  return {
    id,
    user_type: 'agent',
    name: agentName,
    email: agentEmail,
    photo_url: fits('uri', photoUrl) ? photoUrl : null,
    alias: shownAs,
    alias_name: shownAs,
  }
}

export interface Conversation {
  id: string
  status: 'OPEN' | 'SNOOZED' | 'RESOLVED' | 'CLOSED' | 'ENDED'
  title: string | null
  tags: { name: string }[]
  attributes: Record<string, unknown>
  endUser: EndUser
  assignee: Agent | null
  createdAt: string
  updatedAt: string
}

export const conversationFragment = `fragment Conversation on Conversation {
  id status title tags { name } attributes endUser { ...EndUser } assignee { ...Agent } createdAt updatedAt
}`

export function presentConversation(conversation: Conversation) {
  const { id, status, title, tags, attributes, endUser, assignee, createdAt, updatedAt } = conversation
  return {
    id,
    status: status === 'SNOOZED' ? 'open' : status.toLowerCase(),
    user: presentEndUser(endUser),
    title,
    tags: tags.map((tag) => tag.name),
    attributes: presentAttributes(attributes),
    assignee: assignee && presentAgent(assignee),
    created_at: createdAt,
    updated_at: updatedAt,
  }
}

export interface Message {
  id: string
  body: string | null
  visibility: 'PUBLIC' | 'PRIVATE'
  author: EndUser | Agent
  attachments: { url: string; filetype: string | null; filename: string | null }[]
  createdAt: string
}

export const messageFragment = `fragment Message on Message {
  id body visibility author { ...EndUser ...Agent } attachments { url filetype filename } createdAt
}`

export function presentMessage(message: Message, conversationId: string) {
  const { id, body, visibility, author, attachments, createdAt } = message
  return {
    id,
    conversation_id: conversationId,
    message_type: 'comment',
    body: body ?? '',
    author: 'agentName' in author ? presentAgent(author) : presentEndUser(author),
    visibility: visibility.toLowerCase(),
    created_at: createdAt,
    // Fin reads https alone; where this server has no such address, what was uploaded to it cannot be shown.
    attachments: attachments.filter(isSecure).map(({ url, filetype, filename }) => ({
      url: validUrl(url),
      ...(filetype !== null && { filetype }),
      ...(filename !== null && { filename }),
    })),
  }
}

function isSecure({ url }: { url: string }): boolean {
  return new URL(url).protocol === 'https:'
}

function validUrl(url: string): string {
  if (url.startsWith('https://') && fits('uri', url)) return url
  const { origin, href } = new URL(url)
  const rest = href
    .slice(origin.length)
    .replace(/["<>\\^`{|}[\]]|%(?![\da-f]{2})|(?<=#.*)#/gis, encodeURIComponent)
  return origin + rest
}
