import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { connect, listen } from '../../support/socket.js'
import type { Colleague, Desk } from './desk.js'
import { allMessages, type Recorded, wholeList, wholeTimeline } from './record.js'

/** Every conversation, as an admin sees it, in the order of lists; the same from either end, and as many as are counted. */
export async function allConversations({ server }: Desk): Promise<Recorded[]> {
  const { rows, total } = await wholeList(server, server.token, {})
  expect(ids((await wholeList(server, server.token, {}, true)).rows)).toEqual(ids(rows))
  expect(total).toBe(rows.length)
  expect(rows).toEqual(rows.toSorted(byActivity))
  return rows
}

/** A conversation is what its events, its timeline and its messages say that it is. */
export async function tellsOneStory({ server }: Desk, state: Recorded, log: Recorded[]): Promise<void> {
  const events = log.filter(({ conversation }) => conversation?.id === state.id)
  expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1))
  expect(events.length).toBe(state.revision)
  expectChain(events, 'status', state.status)
  expectChain(events, 'priority', state.priority)
  expectChain(events, 'assignee', state.assignee && { id: state.assignee.id })
  expectChain(events, 'team', state.team)

  const timeline = await wholeTimeline(server, state.id)
  expect(timeline.map(({ event }) => event)).toEqual(events)
  const messages = await allMessages(server, state.id)
  const shown = timeline.flatMap(({ node }) => (node.__typename === 'Message' ? [node.id] : []))
  expect(ids(messages)).toEqual(shown)
  expect(events.flatMap(({ message }) => message?.id ?? [])).toEqual(shown)
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1))
  expect(messages.length).toBe(state.messageCount)
  const last = messages.findLast(({ visibility }) => visibility === 'PUBLIC')
  expect(last.text.startsWith(state.preview)).toBe(true)
}

/** What each change began with is what the one before had left, and the last left what is there now. */
function expectChain(events: Recorded[], field: string, now: unknown) {
  const to = `new${field[0]?.toUpperCase()}${field.slice(1)}`
  // One that names nobody before and after has changed something else.
  const changes = events.filter((event) => to in event && !isDeepStrictEqual(event[field], event[to]))
  const left = changes.map((event) => event[to])
  if (left.length === 0) return
  expect(changes.slice(1).map((event) => event[field])).toEqual(left.slice(0, -1))
  expect(left.at(-1)).toEqual(now)
}

/** Lists and their counters, read states and what others see of them, for one of the team. */
export async function hasTrueLists(
  { server, mentioned }: Desk,
  colleague: Colleague,
  states: Recorded[],
): Promise<void> {
  const { id, token, read } = colleague
  const { viewer } = await server.must(
    '{ viewer { inboxes { id } views { kind filter count isCountExact } } }',
    {},
    token,
  )
  const inboxIds = ids(viewer.inboxes)
  const inSight = states.filter(({ inbox }) => inboxIds.includes(inbox.id))
  const unread = (state: Recorded) => state.messageCount > (read.get(state.id) ?? 0)
  const lists: [filter: object, count: number | null, holds: (state: Recorded) => boolean][] = [
    ...viewer.views.map(({ kind, filter, count, isCountExact }: Recorded) => [
      filter,
      isCountExact ? count : null,
      kind === 'MENTIONS' ? (state: Recorded) => mentioned.get(state.id)?.has(colleague) : of(id)[kind],
    ]),
    [{ unread: true }, null, unread],
    [
      { not: { unread: true }, status: ['OPEN', 'SNOOZED'] },
      null,
      (state) => !unread(state) && isOpen(state),
    ],
  ]
  for (const [filter, count, holds] of lists) {
    const expected = inSight.filter(holds)
    const { rows, total } = await wholeList(server, token, filter)
    expect(ids(rows), JSON.stringify(filter)).toEqual(ids(expected))
    expect(total, JSON.stringify(filter)).toBe(expected.length)
    expect(count ?? total).toBe(total)
    for (const { id: conversationId, messageCount, unreadCount } of rows) {
      expect(unreadCount).toBe(messageCount - (read.get(conversationId) ?? 0))
    }
  }
}

/** What the others see of who has read a conversation is what they have said. */
export function showsReaders({ colleagues }: Desk, { id, readBy }: Recorded): void {
  const shown = readBy.map(({ agent, seq }: Recorded) => [agent.id, seq])
  const said = colleagues.flatMap(({ id: agentId, read }) => (read.has(id) ? [[agentId, read.get(id)]] : []))
  expect(shown.toSorted()).toEqual(said.toSorted())
}

const isOpen = ({ status }: Recorded) => status === 'OPEN' || status === 'SNOOZED'

const of = (agentId: string): Record<string, (state: Recorded) => boolean> => ({
  MINE: ({ status, assignee }) => status === 'OPEN' && assignee?.id === agentId,
  UNASSIGNED: ({ status, assignee }) => status === 'OPEN' && assignee === null,
  SNOOZED: ({ status }) => status === 'SNOOZED',
  HELD_BY_FIN: ({ status, assignee }) => status === 'OPEN' && assignee?.isBot === true,
  HANDED_OFF: ({ status, handedOffAt }) => status === 'OPEN' && handedOffAt !== null,
  ALL: () => true,
})

/** The dashboard's figures are those of the conversations. */
export async function hasTrueFigures({ server }: Desk, states: Recorded[]): Promise<void> {
  const client = connect(server.url, server.token)
  const { next, stop } = listen(
    client,
    `subscription { liveMetrics(every: 1) { inboxes { inbox { id } open waiting unassigned heldByFin oldestWaitingSince } } }`,
  )
  // What comes at once may be as old as an interval.
  await next()
  const { liveMetrics } = await next()
  stop()
  await client.dispose()
  for (const { inbox, ...figures } of liveMetrics.inboxes) {
    const open = states.filter((state) => state.status === 'OPEN' && state.inbox.id === inbox.id)
    const waiting = open.filter(({ waitingSince }) => waitingSince !== null)
    expect(figures).toEqual({
      open: open.length,
      waiting: waiting.length,
      unassigned: open.filter(({ assignee }) => assignee === null).length,
      heldByFin: open.filter(({ assignee }) => assignee?.isBot).length,
      oldestWaitingSince: waiting.map(({ waitingSince }) => waitingSince).toSorted()[0] ?? null,
    })
  }
}

/** Webhooks have brought Fin all that people did, to where the conversation is now. */
export async function finKnows({ server, fin }: Desk, state: Recorded, log: Recorded[]): Promise<void> {
  const ours = log.filter(({ conversation, origin }) => conversation?.id === state.id && origin.api !== 'FIN')
  if (!ours.some(mattersToFin)) return
  const copy = fin.copyOf(state.id)
  expect(copy, `Fin was told of ${state.id}`).toBeDefined()
  const messages = await allMessages(server, state.id)
  expect(ids(messages).filter((id) => copy?.messageIds.includes(id))).toEqual(copy?.messageIds)
  const byPeople = messages.filter(({ author }) => author.isBot === false)
  expect(copy?.messageIds).toEqual(expect.arrayContaining(ids(byPeople)))
}

/** Fin knows no priority, and a snoozed conversation is open to it. */
function mattersToFin({ type, status, newStatus }: Recorded): boolean {
  if (type === 'STATUS_CHANGED')
    return ![status, newStatus].includes('SNOOZED') || [status, newStatus].includes('RESOLVED')
  return type !== 'PRIORITY_CHANGED'
}

const ids = (rows: { id: string }[]): string[] => rows.map(({ id }) => id)

function byActivity(a: Recorded, b: Recorded): number {
  return keyOf(a) < keyOf(b) ? 1 : -1
}

const keyOf = ({ lastActivityAt, id }: Recorded) => `${lastActivityAt} ${id}`
