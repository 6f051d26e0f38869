import { toText } from '../html.js'
import { expectSame } from './notSeen.js'
import type { PlannedMessage } from './plan.js'
import { type Play, words } from './play.js'
import { tell } from './print.js'
import type { SeenMessage } from './watch.js'

/**
 * Checks that each message is there exactly once and in order on every side, and that Fin was told of each of the
 * agent's changes once and of no write of its own.
 */
export async function check(play: Play, planned: PlannedMessage[]): Promise<void> {
  const { stage, finId, helpdeskId } = play
  const wanted = planned.map((message) => ({ ...message, text: words(message.text) }))

  const stored = await storedMessages(play)
  expectSame('the helpdesk holds each message exactly once, in order', wanted, stored.map(asPlanned))

  const seen = stage.watch.events.all.flatMap(({ message, conversation }) =>
    message && conversation?.id === helpdeskId ? [message.id] : [],
  )
  expectSame(
    'the subscription showed each message exactly once, in order',
    stored.map(({ id }) => id),
    seen,
  )

  const shown = (await stage.messenger.view(finId)).messages.map(({ body }) => words(toText(body)))
  const open = wanted.filter(({ visibility }) => visibility === 'PUBLIC').map(({ text }) => text)
  expectSame('the messenger shows each public message exactly once, in order', open, shown)

  const { differences } = await stage.messenger.compare(finId)
  expectSame("Fin's copy and the helpdesk's do not differ", [], differences)

  // Under the helpdesk's id where it came before Fin knew the conversation.
  const entries = stage.messenger.log.all.filter(({ conversation }) =>
    [finId, helpdeskId].includes(conversation ?? ''),
  )
  const failures = entries
    .filter(({ kind }) => kind === 'error')
    .map(({ name, detail }) => ({ name, detail }))
  expectSame('Fin met no error', [], failures)
  const webhooks = entries.filter(({ kind }) => kind === 'webhook').map(({ name }) => name)
  const told = { changed: 0, agent_typing: 0 }
  for (const name of webhooks) told[name as keyof typeof told]++
  // A webhook for a write of Fin's own would be one more.
  const due = { changed: play.changes, agent_typing: play.typings }
  expectSame("one webhook for each of the agent's changes, and none for Fin's writes", due, told)

  tell(
    'check',
    `${wanted.length} messages, each exactly once and in order on both sides; ` +
      `${play.changes} changes by ${stage.agent.name}, ${webhooks.length} webhooks, none for Fin's own writes`,
  )
}

async function storedMessages({ stage, helpdeskId }: Play): Promise<SeenMessage[]> {
  const found: SeenMessage[] = []
  let after: string | null = null
  do {
    const page: Page = await stage.graphql.ask<Page>(document, { id: helpdeskId, after })
    found.push(...page.messages.nodes)
    after = page.messages.pageInfo.hasNextPage ? page.messages.pageInfo.endCursor : null
  } while (after)
  return found
}

interface Page {
  messages: { nodes: SeenMessage[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
}

const document = `query ($id: ID!, $after: String) {
  conversation(id: $id) {
    messages(first: 100, after: $after) {
      nodes { id text visibility author { __typename ... on Agent { isBot } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

function asPlanned({ author, visibility, text }: SeenMessage): PlannedMessage {
  const by = author.__typename === 'EndUser' ? 'end-user' : author.isBot ? 'Fin' : 'agent'
  return { by, visibility, text: words(text) }
}
