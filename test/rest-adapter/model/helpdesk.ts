import type { Call, Human, NewMessage, StatusName } from './steps.js'

// What a helpdesk must make of Fin's calls and a human's, as simply as it can be said: no ids, no times, no database.

export interface ModelUser {
  name: string | null
  attributes: Record<string, unknown>
  /** By create_user; else a conversation has only mentioned them. */
  isCreated: boolean
}

export interface ModelMessage {
  /** Fin's id of it; null for what a human wrote. */
  key: string | null
  body: string
  author: 'end_user' | 'fin' | 'human'
  visibility: 'public' | 'private'
}

export interface ModelConversation {
  /** Fin's id of the user. */
  user: string
  title: string | null
  tags: string[]
  attributes: Record<string, unknown>
  status: StatusName | 'snoozed'
  /** A human set it last, and nothing has happened since that gives Fin a say again. */
  statusIsHumans: boolean
  assignee: 'fin' | 'human' | null
  /** A team has it, perhaps beside an assignee. */
  isTeams: boolean
  /** A human has decided last who has it. */
  isHumansChoice: boolean
  handedOff: boolean
  readAt: string
  messages: ModelMessage[]
}

export interface ModelHelpdesk {
  users: Map<string, ModelUser>
  conversations: Map<string, ModelConversation>
  /** What Fin said when it created them: a user, a conversation, a message. */
  firstSaid: Map<string, string>
  /** What the integration's log must tell, as `kind conversation`. */
  log: Set<string>
}

export const newHelpdesk = (): ModelHelpdesk => ({
  users: new Map(),
  conversations: new Map(),
  firstSaid: new Map(),
  log: new Set(),
})

/** Takes one call of Fin's; whether it is answered, or with 404. */
export function applyCall(helpdesk: ModelHelpdesk, call: Call): boolean {
  switch (call.operation) {
    case 'createUser': {
      const { user, name, attributes } = call
      const known = helpdesk.users.get(user)
      if (known?.isCreated) return true
      helpdesk.users.set(user, {
        name: name ?? known?.name ?? null,
        attributes: { ...known?.attributes, ...attributes },
        isCreated: true,
      })
      return true
    }
    case 'updateUser': {
      const user = helpdesk.users.get(call.user)
      if (user) merge(user.attributes, call.attributes)
      return user !== undefined
    }
    case 'createConversation': {
      const { conversation, user, name, title, attributes, message } = call
      const said = JSON.stringify([title, attributes, message, name])
      if (helpdesk.conversations.has(conversation)) {
        repeat(helpdesk, `conversation ${conversation}`, said, conversation)
        return true
      }
      helpdesk.firstSaid.set(`conversation ${conversation}`, said)
      const known = helpdesk.users.get(user) ?? { name: null, attributes: {}, isCreated: false }
      helpdesk.users.set(user, { ...known, name: name ?? known.name })
      const made: ModelConversation = {
        user,
        title,
        tags: [],
        attributes: { ...attributes },
        status: 'open',
        statusIsHumans: false,
        assignee: 'fin',
        isTeams: false,
        isHumansChoice: false,
        handedOff: false,
        readAt: '',
        messages: [],
      }
      helpdesk.conversations.set(conversation, made)
      add(helpdesk, conversation, message)
      return true
    }
    case 'createMessage':
      if (!helpdesk.conversations.has(call.conversation)) return false
      add(helpdesk, call.conversation, call.message)
      return true
    case 'updateConversation':
      return sync(helpdesk, call)
  }
}

function repeat({ firstSaid, log }: ModelHelpdesk, key: string, said: string, conversation: string) {
  if (firstSaid.get(key) !== said) log.add(`DIFFERENT_REPEAT ${conversation}`)
}

function add(helpdesk: ModelHelpdesk, conversation: string, message: NewMessage) {
  const to = helpdesk.conversations.get(conversation)
  if (!to) return
  const said = JSON.stringify(message)
  if (helpdesk.firstSaid.has(`message ${message.key}`)) {
    repeat(helpdesk, `message ${message.key}`, said, conversation)
    return
  }
  helpdesk.firstSaid.set(`message ${message.key}`, said)
  const { key, body, author } = message
  to.messages.push({ key, body, author, visibility: 'public' })
  if (author === 'fin' || to.status === 'open') return
  to.status = 'open'
  to.statusIsHumans = false
}

function sync(helpdesk: ModelHelpdesk, call: Call & { operation: 'updateConversation' }): boolean {
  const to = helpdesk.conversations.get(call.conversation)
  if (!to) return false
  const human = to.assignee === 'human' || to.isTeams
  const refuse = () => helpdesk.log.add(`NOT_APPLIED ${call.conversation}`)

  if (call.assignee === 'fin' && to.assignee !== 'fin') {
    if (human || to.isHumansChoice) refuse()
    else Object.assign(to, { assignee: 'fin', handedOff: false })
  }
  if (call.assignee === null && !human) {
    if (to.assignee === 'fin') Object.assign(to, { assignee: null, isHumansChoice: false, handedOff: true })
    else if (!to.isHumansChoice) to.handedOff = true
  }

  if (call.status && call.status !== (to.status === 'snoozed' ? 'open' : to.status)) {
    if (human || to.statusIsHumans) refuse()
    else Object.assign(to, { status: call.status, statusIsHumans: false })
  }
  if (call.title && call.title !== to.title) {
    if (human && to.title) refuse()
    else to.title = call.title
  }
  if (call.tags) {
    const lost = to.tags.filter((tag) => !call.tags?.includes(tag))
    if (human && lost.length > 0) refuse()
    to.tags = [...new Set([...(human ? lost : []), ...call.tags])].sort()
  }
  merge(to.attributes, call.attributes ?? {})
  if (call.readAt && call.readAt > to.readAt) to.readAt = call.readAt
  const user = helpdesk.users.get(to.user)
  if (user && call.userName) user.name = call.userName
  return true
}

function merge(attributes: Record<string, unknown>, given: Record<string, unknown>) {
  for (const [key, value] of Object.entries(given)) {
    if (value === null) delete attributes[key]
    else attributes[key] = value
  }
}

/** Takes what a human does; nothing happens where there is no such conversation. */
export function applyHuman(helpdesk: ModelHelpdesk, { act, conversation, body, status }: Human) {
  const to = helpdesk.conversations.get(conversation)
  if (!to) return
  const give = (assignee: ModelConversation['assignee'], isTeams: boolean, handedOff: boolean) => {
    const isHumansChoice = assignee !== to.assignee || isTeams !== to.isTeams || to.isHumansChoice
    Object.assign(to, { assignee, isTeams, isHumansChoice, handedOff })
  }
  const setStatus = (next: ModelConversation['status']) => {
    if (next !== to.status) Object.assign(to, { status: next, statusIsHumans: true })
  }
  switch (act) {
    case 'reply':
      to.messages.push({ key: null, body, author: 'human', visibility: 'public' })
      if (to.assignee !== 'human') give('human', to.isTeams, to.isTeams && to.handedOff)
      return
    case 'note':
      to.messages.push({ key: null, body, author: 'human', visibility: 'private' })
      return
    case 'take':
      give('human', false, false)
      return
    case 'giveToTeam':
      give(null, true, false)
      return
    case 'release':
      give(null, false, to.handedOff)
      return
    case 'handBack':
      if (to.assignee === 'fin' && !to.isTeams) return
      give('fin', false, false)
      to.statusIsHumans = false
      return
    case 'setStatus':
      setStatus(status)
      return
    case 'snooze':
      setStatus('snoozed')
  }
}
