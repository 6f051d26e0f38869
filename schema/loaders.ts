import DataLoader from 'dataloader'
import type { Actor } from '../src/actor.js'
import { type AgentView, agentsByIds, findAgents } from '../src/agent/access.js'
import type { App } from '../src/app.js'
import { type Values as CannedValues, valuesFor } from '../src/cannedReply/variables.js'
import { readUpTo } from '../src/conversation/markRead.js'
import { type ConversationView, findConversations } from '../src/conversation/read.js'
import { type ConversationReadView, readsOf } from '../src/conversation/reads.js'
import { readTimeline, type TimelineEntry, type TimelineRange } from '../src/conversation/timeline.js'
import type { Database } from '../src/database/database.js'
import { attemptsOf, type DeliveryView, deliveryBodies, findDeliveries } from '../src/delivery/read.js'
import { draftsIn } from '../src/draft/read.js'
import { type EndUserView, findEndUsers } from '../src/endUser/access.js'
import { suspectedDuplicates } from '../src/endUser/duplicates.js'
import { type Columns, columnsOfAll } from '../src/execution/selected.js'
import { filesOf } from '../src/file/read.js'
import type {
  DeliveryAttempt,
  Draft,
  HeldReply,
  MessageEdit,
  StoredFile,
  Tag,
  Team,
} from '../src/generated/prisma/client.js'
import { findHeldReplies, heldIn } from '../src/heldReply/read.js'
import { editsOf } from '../src/message/edits.js'
import { type Mentions, mentionsIn } from '../src/message/mentions.js'
import { findMessages, type MessageRange, type MessageView, readMessages } from '../src/message/read.js'
import { tagsByIds } from '../src/tag/read.js'
import { teamsByIds } from '../src/team/access.js'

/** Look-ups by id that come together become one statement. Nothing is kept: an event must never show an older state. */
export interface Loaders {
  /** Null when gone or not in the actor's sight, as for the next four. Of a conversation the columns that are `read`, or all. */
  conversation: (id: string, read?: Columns) => Promise<ConversationView | null>
  message: Load<string, MessageView | null>
  endUser: Load<string, EndUserView | null>
  agent: Load<string, AgentView | null>
  delivery: Load<string, DeliveryView | null>
  /** For an id that stands on something the actor already sees. */
  namedAgent: Load<string, AgentView | null>
  namedTeam: Load<string, Team | null>
  namedTag: Load<string, Tag | null>
  /** The ids of those who may be the same person as an end-user the actor already sees. */
  duplicates: Load<string, string[]>
  /** The copies of files of a message the actor already sees. */
  files: Load<string, StoredFile[]>
  /** Whom a message the actor already sees mentions; null: nobody. */
  mentions: Load<string, Mentions | null>
  /** The newest attempts of a delivery the actor already sees. */
  attempts: Load<string, DeliveryAttempt[]>
  /** The body of such a delivery; null for Fin's. */
  deliveryBody: Load<string, string | null>
  /** What was done to a message the actor already sees. */
  edits: Load<string, MessageEdit[]>
  /** How far the actor has read a conversation they see. */
  readUpTo: Load<string, number>
  /** How far others and the actor have read a conversation the actor already sees. */
  reads: Load<string, ConversationReadView[]>
  /** What the actor has begun to write in a conversation they see. */
  drafts: Load<string, Draft[]>
  /** What stands for the variables of canned replies in a conversation; null where the actor sees none. */
  cannedValues: Load<string, CannedValues | null>
  /** Held or not any more; null for Fin. */
  heldReply: Load<string, HeldReply | null>
  /** Those that are held in a conversation the actor already sees; none for Fin. */
  heldReplies: Load<string, HeldReply[]>
  messages: Load<PartKey<MessageRange>, MessageView[]>
  timeline: Load<PartKey<TimelineRange>, TimelineEntry[]>
}

interface PartKey<Range> {
  conversationId: string
  range: Range
  /** The columns that are read; null: all. */
  read: Columns
}

type Load<Key, Value> = (key: Key) => Promise<Value>

type FindByIds<Row> = (actor: Actor, ids: readonly string[]) => Promise<Row[]>

export function loaders(app: App, actor: () => Actor | null): Loaders {
  const visible =
    <Row extends { id: string }>(find: FindByIds<Row>) =>
    async (ids: readonly string[]) => {
      const asking = actor()
      return inOrder(ids, asking ? await find(asking, unique(ids)) : [])
    }
  const conversation = batched(async (keys: readonly { id: string; read: Columns }[]) => {
    const read = columnsOfAll(keys.map((key) => key.read))
    const find = visible((asking, ids) => findConversations(app.db, asking, ids, read))
    return find(keys.map(({ id }) => id))
  })
  return {
    conversation: (id, read = null) => conversation({ id, read }),
    message: batched(visible((asking, ids) => findMessages(app.db, asking, ids))),
    endUser: batched(async (ids) => {
      const asking = actor()
      const found = asking ? await findEndUsers(app.db, asking, unique(ids)) : []
      const byAskedId = new Map(found.map((endUser) => [endUser.askedId, endUser]))
      return ids.map((id) => byAskedId.get(id) ?? null)
    }),
    duplicates: batched(async (ids) => {
      const pairs = await suspectedDuplicates(app.db, unique(ids))
      return ids.map((id) => pairs.filter(({ endUserId }) => endUserId === id).map(({ otherId }) => otherId))
    }),
    agent: batched(visible((asking, ids) => findAgents(app.db, asking, ids))),
    delivery: batched(visible((asking, ids) => findDeliveries(app.db, asking, ids))),
    attempts: batched(async (deliveryIds) => {
      const attempts = await attemptsOf(app.db, unique(deliveryIds))
      return deliveryIds.map((id) => attempts.filter(({ deliveryId }) => deliveryId === id))
    }),
    deliveryBody: batched(async (ids: readonly string[]) => {
      const bodies = await deliveryBodies(app.db, unique(ids))
      return inOrder(ids, bodies).map((found) => found?.body ?? null)
    }),
    namedAgent: batched(async (ids: readonly string[]) =>
      inOrder(ids, await agentsByIds(app.db, unique(ids))),
    ),
    namedTeam: batched(async (ids: readonly string[]) => inOrder(ids, await teamsByIds(app.db, unique(ids)))),
    namedTag: batched(async (ids: readonly string[]) => inOrder(ids, await tagsByIds(app.db, unique(ids)))),
    files: batched(async (messageIds) => {
      const files = await filesOf(app.db, unique(messageIds))
      return messageIds.map((id) => files.filter(({ messageId }) => messageId === id))
    }),
    mentions: batched(async (messageIds) => {
      const found = await mentionsIn(app.db, unique(messageIds))
      return messageIds.map((id) => found.find(({ messageId }) => messageId === id) ?? null)
    }),
    edits: batched(async (messageIds) => {
      const edits = await editsOf(app.db, unique(messageIds))
      return messageIds.map((id) => edits.filter(({ messageId }) => messageId === id))
    }),
    readUpTo: batched(async (ids) => {
      const asking = actor()
      const seqs = asking?.kind === 'AGENT' ? await readUpTo(app.db, asking.agentId, unique(ids)) : null
      return ids.map((id) => seqs?.get(id) ?? 0)
    }),
    reads: batched(async (ids) => {
      const reads = byConversation(await readsOf(app.db, unique(ids)))
      return ids.map((id) => reads.get(id) ?? [])
    }),
    cannedValues: batched(async (ids) => {
      const asking = actor()
      return inOrder(ids, asking?.kind === 'AGENT' ? await valuesFor(app.db, asking, unique(ids)) : [])
    }),
    drafts: batched(async (ids) => {
      const asking = actor()
      const rows = asking?.kind === 'AGENT' ? await draftsIn(app.db, asking, unique(ids)) : []
      const drafts = byConversation(rows)
      return ids.map((id) => drafts.get(id) ?? [])
    }),
    heldReply: batched(visible((asking, ids) => findHeldReplies(app.db, asking, ids))),
    heldReplies: batched(async (ids) => {
      const held = byConversation(actor()?.kind === 'AGENT' ? await heldIn(app.db, unique(ids)) : [])
      return ids.map((id) => held.get(id) ?? [])
    }),
    messages: parts(app, actor, readMessages),
    timeline: parts(app, actor, readTimeline),
  }
}

type ReadParts<Range, Row> = (
  db: Database,
  actor: Actor,
  conversationIds: readonly string[],
  range: Range,
  read: Columns,
) => Promise<Row[]>

/** Parts of conversations: one statement for each range asked for, whatever the number of conversations. */
function parts<Range, Row extends { conversationId: string }>(
  app: App,
  actor: () => Actor | null,
  readParts: ReadParts<Range, Row>,
): Load<PartKey<Range>, Row[]> {
  return batched(async (keys: readonly PartKey<Range>[]) => {
    const asking = actor()
    if (!asking) return keys.map(() => [])
    const reads = [...new Set(keys.map(({ read }) => read))]
    const shapeOf = ({ range, read }: PartKey<Range>) => JSON.stringify([range, reads.indexOf(read)])
    const found = new Map<string, Promise<Map<string, Row[]>>>()
    for (const key of keys) {
      const shape = shapeOf(key)
      if (found.has(shape)) continue
      const ids = keys.filter((other) => shapeOf(other) === shape).map(({ conversationId }) => conversationId)
      found.set(shape, readParts(app.db, asking, unique(ids), key.range, key.read).then(byConversation))
    }
    return Promise.all(
      keys.map(async (key) => (await found.get(shapeOf(key)))?.get(key.conversationId) ?? []),
    )
  })
}

function byConversation<Row extends { conversationId: string }>(rows: Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.conversationId)
    if (group) group.push(row)
    else groups.set(row.conversationId, [row])
  }
  return groups
}

function batched<Key, Value>(load: (keys: readonly Key[]) => Promise<Value[]>): Load<Key, Value> {
  let loader: DataLoader<Key, Value> | undefined
  return (key) => {
    loader ??= new DataLoader(load, { cache: false })
    return loader.load(key)
  }
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)]
}

function inOrder<Row extends { id: string }>(ids: readonly string[], rows: Row[]): (Row | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}
