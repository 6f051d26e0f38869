import { randomInt } from 'node:crypto'
import type { ConversationCopy, CopiedUser } from './conversationCopy.js'
import type { Attributes } from './shapes.js'

/** Who opens a conversation in the messenger. */
export interface Visitor {
  name?: string | null | undefined
  email?: string | null | undefined
  attributes?: Attributes | undefined
}

/** Fin's memory: users and conversations. It lasts as long as the process. */
export interface Store {
  /** The user with the visitor's e-mail address, else a new one. */
  userFor(visitor: Visitor): CopiedUser
  add(copy: ConversationCopy): void
  conversations(): ConversationCopy[]
  byId(id: string): ConversationCopy | undefined
  byHelpdeskId(id: string): ConversationCopy | undefined
}

/** An id as Fin gives them, unlike any of an earlier run: a helpdesk answers a repeated one with the old object. */
export function newObjectId(): string {
  return String(randomInt(100_000_000_000_000, 281_474_976_710_655))
}

/** An empty memory. */
export function createStore(): Store {
  const users = new Map<string, CopiedUser>()
  const copies = new Map<string, ConversationCopy>()
  const copiesByHelpdeskId = new Map<string, ConversationCopy>()

  function userFor({ name, email, attributes }: Visitor): CopiedUser {
    const key = email?.trim().toLowerCase()
    const known = key ? users.get(key) : undefined
    if (known) return known
    const user: CopiedUser = {
      objectId: newObjectId(),
      helpdeskId: null,
      name: name ?? null,
      email: email ?? null,
      attributes: attributes ?? {},
    }
    if (key) users.set(key, user)
    return user
  }

  function add(copy: ConversationCopy): void {
    copies.set(copy.id, copy)
    if (copy.helpdeskId !== null) copiesByHelpdeskId.set(copy.helpdeskId, copy)
  }

  return {
    userFor,
    add,
    conversations: () => [...copies.values()],
    byId: (id) => copies.get(id),
    byHelpdeskId: (id) => copiesByHelpdeskId.get(id),
  }
}
