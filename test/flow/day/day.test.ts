import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConversations } from '../../../fin-emulator/play/file.js'
import { projectRoot } from '../../../src/root.js'
import { followList, queryList } from '../../schema/listFollower.js'
import { followEvents } from '../nodes/follower.js'
import {
  allConversations,
  finKnows,
  hasTrueFigures,
  hasTrueLists,
  showsReaders,
  tellsOneStory,
} from './agree.js'
import { type Desk, openDesk, settled, size } from './desk.js'
import { type Draw, drawing } from './draw.js'
import type { Case } from './fin.js'
import { eventFields, type Recorded, wholeLog } from './record.js'
import { work } from './work.js'

// DAY_CONVERSATIONS names another file of customers' turns, DAY_SEED repeats a day.
const file =
  process.env.DAY_CONVERSATIONS ?? path.join(projectRoot, 'fin-emulator/sample-conversations.ndjson')
const seed = Number(process.env.DAY_SEED ?? Date.now() % 2 ** 31)
const halfHours = 18
const halfHour = 30 * 60_000

test(`a team of ${size} and Fin work for a day: lists, counters, timelines, read states and the event log agree in the end`, {
  timeout: 1_800_000,
}, async () => {
  const desk = await openDesk()
  const { server, colleagues } = desk
  onTestFinished(() => server.stop())
  console.log(`DAY_SEED=${seed}`)

  const { eventCursor } = await server.must('{ eventCursor }')
  const document = `subscription ($after: EventCursor) { events(after: $after) { ${eventFields} } }`
  const everything = followEvents<Recorded>(
    { url: server.url, token: server.token, document, after: eventCursor },
    (event) => event,
  )
  const first = colleagues[0]
  const own = {
    filter: { assigneeId: first?.id, status: ['OPEN'] },
    orderBy: { field: 'LAST_ACTIVITY', direction: 'DESC' },
  } as const
  const ownList = followList({ url: server.url, token: first?.token ?? '' }, own, 'ws')
  onTestFinished(() => ownList.stop())

  await play(desk)
  await settled(desk)

  const log = await wholeLog(server, eventCursor)
  await expect.poll(() => everything.seen.length, { timeout: 30_000 }).toBe(log.length)
  expect(everything.seen).toEqual(log)
  await everything.stop()
  const states = await allConversations(desk)
  for (const state of states) {
    await tellsOneStory(desk, state, log)
    showsReaders(desk, state)
    if (state.inbox.id === desk.integration.inboxId) await finKnows(desk, state, log)
  }
  for (const colleague of colleagues) await hasTrueLists(desk, colleague, states)
  await hasTrueFigures(desk, states)
  // What comes last in the list that was followed all day.
  const { id, revision } = await handOver(desk)
  await ownList.until(id, revision)
  expect(ownList.edges()).toEqual(
    await queryList({ must: (query, given) => server.must(query, given, first?.token) }, own),
  )
  expect(ownList.total()).toBe(ownList.edges().length)
  expect(server.faults).toEqual([])
  console.log(
    `${states.length} conversations, ${log.length} events, ${desk.receiver.received.length} webhooks`,
  )
})

/** Customers come and write while everybody works, half an hour after the other. */
async function play(desk: Desk): Promise<void> {
  const conversations = readConversations(file)
  const perHalfHour = Math.ceil(conversations.length / (halfHours - 4))
  const turns = Math.max(2, Math.ceil(perHalfHour / 4))
  const open: Case[] = []
  for (let slot = 0; slot < halfHours; slot++) {
    const draws = (...whose: (string | number)[]) => drawing(seed, slot, ...whose)
    await desk.fin.renew()
    const coming = conversations.slice(slot * perHalfHour, (slot + 1) * perHalfHour)
    await Promise.all([
      customers(desk, open, coming, draws('customers')),
      visitors(desk, draws('visitors')),
      ...desk.colleagues.map(async (colleague) => {
        for (let turn = 0; turn < turns; turn++) await work(desk, colleague, draws(colleague.name, turn))
      }),
    ])
    desk.clock.advance(halfHour)
  }
}

async function customers({ fin }: Desk, open: Case[], coming: { id: string; turns: string[] }[], draw: Draw) {
  for (const { id, turns } of coming) open.push(await fin.meets([...turns], (what) => draw(`${id} ${what}`)))
  for (const one of open) await fin.hears(one, (what) => draw(`${one.id} ${what}`))
}

/** Somebody writes to the back office, where there is no Fin. */
async function visitors({ server, backOffice }: Desk, draw: Draw) {
  const id = await server.conversation(backOffice, '<p>An invoice</p>')
  if (draw('again') < 0.5) return
  await server.must(
    `mutation ($id: ID!) { receiveMessage(input: { conversationId: $id, message: { body: "And another" } }) {
      __typename ... on Error { message } } }`,
    { id },
  )
}

/** A conversation that is given to the first of the team in the evening. */
async function handOver(desk: Desk): Promise<{ id: string; revision: number }> {
  const id = await desk.server.conversation(desk.backOffice)
  const [first] = desk.colleagues
  if (!first) throw new Error('Nobody works here.')
  const given = await desk.act(
    first,
    'assignConversation',
    { conversationId: id, agentId: first.id },
    'conversation { id revision }',
  )
  return given.conversation
}
