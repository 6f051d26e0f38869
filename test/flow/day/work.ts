import { expect } from 'vitest'
import type { Colleague, Desk } from './desk.js'
import { type Draw, pick } from './draw.js'

const views = `{ viewer { views { kind conversations(first: 10) { nodes { id } } } } }`

const screen = `query ($id: ID!) { conversation(id: $id) {
  version messageCount status assignee { id isBot } inbox { id } endUser { name }
  timeline(last: 50) { nodes { __typename ... on Message { id seq text } } } } }`

const hour = 60 * 60_000

/** One turn: a look at a list, a look at a conversation, and something that is done to it. */
export async function work(desk: Desk, colleague: Colleague, draw: Draw): Promise<void> {
  const { viewer } = await desk.server.must(views, {}, colleague.token)
  const list = pick<View>(viewer.views, draw('view'))
  const id = pick(list?.conversations.nodes ?? [], draw('row'))?.id
  if (!id) return
  const { conversation } = await desk.server.must(screen, { id }, colleague.token)
  const seen: number[] = conversation.timeline.nodes.flatMap(({ seq }: { seq?: number }) => seq ?? [])
  const upTo = draw('reads') < 0.8 ? Math.max(...seen) : Math.min(...seen)
  await desk.act(colleague, 'markConversationRead', { conversationId: id, seq: upTo })
  colleague.read.set(id, Math.max(upTo, colleague.read.get(id) ?? 0))

  const given = {
    conversationId: id,
    ...(draw('guards') < 0.3 && { expectedVersion: conversation.version }),
    ...(draw('repeats') < 0.3 && { idempotencyKey: `${colleague.id} ${draw('key')}` }),
  }
  const [mutation, input] = deed(desk, colleague, draw, conversation)
  const isSaid = ['replyToConversation', 'addNote'].includes(mutation)
  const first = await desk.act(
    colleague,
    mutation,
    { ...given, ...input },
    isSaid ? 'said: message { seq }' : undefined,
  )
  const seq = first?.said?.seq
  if (seq === (colleague.read.get(id) ?? 0) + 1) colleague.read.set(id, seq)
  if (first && mutation === 'addNote') mention(desk, id, input)
  if (!('idempotencyKey' in given) || !first) return
  expect(await desk.act(colleague, mutation, { ...given, ...input }), mutation).toBeDefined()
}

interface View {
  conversations: { nodes: { id: string }[] }
}

interface Called {
  mentionedAgentIds?: string[]
  mentionedTeamIds?: string[]
}

function mention({ mentioned, colleagues, teams }: Desk, id: string, given: Called) {
  const { mentionedAgentIds = [], mentionedTeamIds = [] } = given
  const called = colleagues.filter(
    (one, place) =>
      mentionedAgentIds.includes(one.id) || mentionedTeamIds.includes(teams[place % teams.length] ?? ''),
  )
  mentioned.set(id, new Set([...(mentioned.get(id) ?? []), ...called]))
}

function deed(
  { clock, teams, colleagues, integration }: Desk,
  { id, name }: Colleague,
  draw: Draw,
  conversation: { inbox: { id: string }; endUser: { name: string } },
): [mutation: string, input: object] {
  const chance = draw('deed')
  const inFinsInbox = conversation.inbox.id === integration.inboxId
  if (chance < 0.35) {
    return ['replyToConversation', { body: `<p>Hello ${conversation.endUser.name}, ${name} here.</p>` }]
  }
  if (chance < 0.47) {
    const place = Math.floor(draw('called') * colleagues.length)
    return [
      'addNote',
      {
        body: `<p>${name} has looked at it.</p>`,
        ...(inFinsInbox && draw('calls') < 0.4 && { mentionedAgentIds: [colleagues[place]?.id] }),
        ...(inFinsInbox && draw('calls') > 0.8 && { mentionedTeamIds: [teams[place % teams.length]] }),
      },
    ]
  }
  if (chance < 0.55) return ['assignConversation', { agentId: id }]
  if (chance < 0.6) return ['assignConversation', { teamId: pick(teams, draw('team')) }]
  if (chance < 0.65 && inFinsInbox) {
    return ['assignConversation', { agentId: pick(colleagues, draw('colleague'))?.id }]
  }
  if (chance < 0.75) return ['setConversationStatus', { status: 'RESOLVED' }]
  if (chance < 0.8) {
    const until = new Date(clock.now().getTime() + (1 + Math.floor(draw('hours') * 4)) * hour)
    return ['snoozeConversation', { until: until.toISOString() }]
  }
  if (chance < 0.9) {
    const priority = pick(['LOW', 'NORMAL', 'HIGH', 'URGENT'], draw('priority'))
    return ['updateConversation', { priority, tags: [pick(['order', 'refund', 'late'], draw('tag'))] }]
  }
  if (chance < 0.95 && inFinsInbox) return ['handBackToFin', {}]
  return ['updateConversation', { title: `Seen by ${name}` }]
}
