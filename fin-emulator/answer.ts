import { announce } from './announce.js'
import { type ConversationCopy, type CopiedMessage, change } from './conversationCopy.js'
import type { Fin } from './fin.js'
import { toHtml, toText } from './html.js'
import { type Decision, decide, decideByScript } from './rules.js'
import type { Agent, Author } from './shapes.js'
import { newObjectId } from './store.js'

/**
 * Decides, once for each of the end-user's messages, what Fin does about it. Nothing is sent here: replies
 * wait in the copy to be pushed, so that a sync that fails and is repeated does not answer twice.
 */
export function answerEndUser(fin: Fin, copy: ConversationCopy): void {
  for (const message of copy.messages.filter(({ decided }) => !decided)) {
    message.decided = true
    // Silent while a person or a team has the conversation.
    if (!copy.finHolds) continue
    const decision = message.script
      ? decideByScript(message.script)
      : decide(toText(message.body), copy.unansweredTurns)
    carryOut(fin, copy, decision)
  }
}

function carryOut(fin: Fin, copy: ConversationCopy, decision: Decision): void {
  copy.unansweredTurns = decision.understood ? 0 : copy.unansweredTurns + 1
  if (decision.reply !== null) {
    const reply = newMessage(asAuthor(fin.helpdesk().agent), decision.reply)
    copy.messages.push(reply)
    announce(fin, copy, reply)
    if (copy.status !== 'open') change(copy, { status: 'open' })
  }
  if (decision.topic !== null && copy.attributes.topic !== decision.topic) {
    change(copy, { attributes: { topic: decision.topic } })
  }
  if (decision.resolve) change(copy, { status: 'resolved' })
  if (decision.handoff) {
    copy.finHolds = false
    change(copy, { assignee_id: null })
    fin.activity.add({ kind: 'state', name: 'handoff', conversation: copy.id })
  }
}

/** A message of Fin's side that the helpdesk has not got yet. */
export function newMessage(author: Author, typed: string | null): CopiedMessage {
  return {
    objectId: newObjectId(),
    helpdeskId: null,
    author,
    body: typed === null ? null : toHtml(typed),
    attachments: [],
    visibility: 'public',
    createdAt: new Date().toISOString(),
    placed: false,
    decided: true,
    script: null,
  }
}

/** An agent as the author of a message. */
export function asAuthor(agent: Agent): Author {
  return { ...agent, user_type: 'agent' }
}
