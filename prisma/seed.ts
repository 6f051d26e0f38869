import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { AgentActor } from '../src/actor.js'
import { createAgent } from '../src/agent/create.js'
import { assignConversation } from '../src/conversation/assign.js'
import { openConversation } from '../src/conversation/open.js'
import { setConversationStatus } from '../src/conversation/setStatus.js'
import { updateConversation } from '../src/conversation/update.js'
import type { Database } from '../src/database/database.js'
import { Repeat } from '../src/idempotency/transact.js'
import { createInbox } from '../src/inbox/create.js'
import { addInboxMember } from '../src/inbox/members.js'
import { createFinIntegration } from '../src/integration/create.js'
import { addNote, reply } from '../src/message/reply.js'
import { projectRoot } from '../src/root.js'
import type { Secrets } from '../src/secrets.js'

interface Sample {
  agents: { name: string; email: string; inbox: string }[]
  conversations: {
    inbox: string
    endUser: { name: string; email: string }
    title: string
    tags?: string[]
    assignee?: string
    status?: 'RESOLVED'
    turns: { from: 'endUser' | 'agent' | 'note'; text: string }[]
  }[]
}

/** The emulator's address, so that a sample integration never speaks to Intercom. */
const emulator = 'http://localhost:4100'

/**
 * Fills an empty helpdesk with a small sample: agents, two inboxes, conversations, and a paused Fin integration. It
 * goes through the same operations as everyone else.
 */
export async function seed(db: Database, secrets: Secrets, admin: AgentActor): Promise<void> {
  const sample = JSON.parse(await readFile(path.join(projectRoot, 'prisma/sample.json'), 'utf8')) as Sample
  const actor = { ...admin, inboxIds: [] as string[] }
  const inboxes = new Map<string, string>()
  for (const name of new Set(sample.conversations.map((conversation) => conversation.inbox))) {
    const { inbox } = fresh(await createInbox(db, actor, { name }))
    inboxes.set(name, inbox.id)
    actor.inboxIds.push(inbox.id)
  }

  const agents = new Map<string, AgentActor>()
  for (const { name, email, inbox } of sample.agents) {
    const inboxId = known(inboxes, inbox)
    const { agent } = fresh(await createAgent(db, actor, { name, email }))
    await addInboxMember(db, actor, { inboxId, agentId: agent.id })
    agents.set(name, { ...actor, agentId: agent.id, name, role: 'AGENT', inboxIds: [inboxId] })
  }

  for (const { inbox, endUser, title, tags, assignee, status, turns } of sample.conversations) {
    const [first, ...rest] = turns
    const inboxId = known(inboxes, inbox)
    const message = { author: 'END_USER', body: paragraph(first?.text ?? title) } as const
    const { conversation } = fresh(await openConversation(db, actor, { inboxId, endUser, title, message }))
    const conversationId = conversation.id
    const by = assignee ? known(agents, assignee) : actor
    if (assignee) await assignConversation(db, by, { conversationId, agentId: by.agentId })
    for (const { from, text } of rest) {
      if (from === 'note') await addNote(db, by, { conversationId, body: paragraph(text) })
      else if (from === 'agent') await reply(db, by, { conversationId, body: paragraph(text) })
    }
    if (tags) await updateConversation(db, by, { conversationId, tags })
    if (status) await setConversationStatus(db, by, { conversationId, status })
  }

  await createFinIntegration(db, secrets, actor, {
    name: 'Fin (sample, paused)',
    identifier: 'emulator',
    region: 'US',
    webhookBaseUrl: emulator,
    webhookKey: 'emulator-webhook-key',
    inboxId: [...inboxes.values()][0],
    state: 'PAUSED',
  })
}

function fresh<Result extends object>(result: Result | Repeat): Result {
  if (result instanceof Repeat) throw new Error('The sample makes no repeatable calls.')
  return result
}

function known<Value>(values: Map<string, Value>, name: string): Value {
  const value = values.get(name)
  if (value === undefined) throw new Error(`sample.json names ${name}, which it does not have.`)
  return value
}

function paragraph(text: string): string {
  return `<p>${text}</p>`
}
