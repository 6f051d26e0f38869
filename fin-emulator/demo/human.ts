import { expectSame } from './notSeen.js'
import { paragraphs } from './plan.js'
import { type Mark, mark, type Play, seeEvent, seeSync, tellCalls, words } from './play.js'
import { tell } from './print.js'
import type { SeenEvent } from './watch.js'

interface Change {
  /** What the agent does, for people. */
  does: string
  mutation: string
  input: Record<string, unknown>
  /** The event by which the agent's own subscription shows it. */
  event: string
  fits(event: SeenEvent): boolean
}

/** The agent answers the end-user; the first answer takes the conversation over. */
export async function reply(play: Play, text: string): Promise<void> {
  const { agent, messenger } = play.stage
  const { finId } = play
  const takesOver = (await messenger.view(finId)).assignee?.name !== agent.name
  if (takesOver) await type(play)
  const from = await change(play, {
    does: `replies: ${text}`,
    mutation: 'replyToConversation',
    input: { body: paragraphs(text) },
    event: 'MessageAdded',
    fits: ({ message }) => words(message?.text ?? '') === words(text),
  })
  if (takesOver) {
    await seeEvent(play, from, 'GRAPHQL', 'AssignmentChanged', ({ assignee }) => assignee?.id === agent.id)
    tell('subscription', `${agent.name} sees AssignmentChanged: the conversation is hers`)
  }
  await seeShown(play, from, text)
  tell('Fin messenger', `${play.customer} reads ${agent.name}'s reply`, from.started)
  const { assignee, fin_holds } = await messenger.view(finId)
  const holder = { name: assignee?.name, finHolds: fin_holds }
  expectSame('Fin knows that the agent has the conversation', { name: agent.name, finHolds: false }, holder)
}

/** The agent keeps a note, for colleagues and Fin only. */
export async function note(play: Play, text: string): Promise<void> {
  const from = await change(play, {
    does: `notes: ${text}`,
    mutation: 'addNote',
    input: { body: paragraphs(text) },
    event: 'MessageAdded',
    fits: ({ message }) => message?.visibility === 'PRIVATE' && words(message.text) === words(text),
  })
  await seeShown(play, from, `(note) ${text}`)
}

/** The agent ends the conversation. */
export async function resolve(play: Play): Promise<void> {
  await change(play, {
    does: 'resolves the conversation',
    mutation: 'setConversationStatus',
    input: { status: 'RESOLVED' },
    event: 'StatusChanged',
    fits: ({ status }) => status === 'RESOLVED',
  })
  const { status } = await play.stage.messenger.view(play.finId)
  expectSame('Fin shows the conversation as resolved', 'resolved', status)
  tell('Fin messenger', `${play.customer} sees that it is resolved`)
}

async function type(play: Play): Promise<void> {
  const { agent, graphql, messenger } = play.stage
  const from = mark(play.stage)
  await graphql.ask(documentOf('setTyping'), { input: { conversationId: play.helpdeskId, isTyping: true } })
  play.typings++
  tell('GraphQL', `${agent.name} types`, from.started)
  await messenger.log.until(
    'the agent_typing webhook',
    from.log,
    ({ kind, name, conversation, status }) =>
      kind === 'webhook' && name === 'agent_typing' && conversation === play.finId && status === 202,
  )
  tell('webhook', 'agent_typing', from.started)
  const { typing } = await messenger.view(play.finId)
  expectSame('the messenger shows who types', agent.name, typing?.name)
  tell('Fin messenger', `${play.customer} sees that ${agent.name} types`)
}

/** Makes the change and sees it through to the end of the sync that its webhook starts. */
async function change(play: Play, { does, mutation, input, event, fits }: Change): Promise<Mark> {
  const { agent, graphql, messenger } = play.stage
  const from = mark(play.stage)
  await graphql.ask(documentOf(mutation), { input: { conversationId: play.helpdeskId, ...input } })
  play.changes++
  tell('GraphQL', `${agent.name} ${does}`, from.started)
  await seeEvent(play, from, 'GRAPHQL', event, fits)
  tell('subscription', `${agent.name} sees ${event}`, from.started)
  const webhook = await messenger.log.until(
    `the webhook after ${agent.name} ${does}`,
    from.log,
    ({ kind, name, conversation, status }) =>
      kind === 'webhook' && name === 'changed' && conversation === play.finId && status === 202,
  )
  tell('webhook', 'Fin is told that the conversation has changed', from.started)
  tellCalls(await seeSync(play, from, webhook), from)
  return from
}

async function seeShown({ stage, finId }: Play, from: Mark, text: string): Promise<void> {
  await stage.messenger.log.until(
    `Fin shows: ${text}`,
    from.log,
    ({ kind, conversation, detail }) =>
      kind === 'message' && conversation === finId && words(detail) === words(text),
  )
}

function documentOf(mutation: string): string {
  const input = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`
  return `mutation ($input: ${input}!) { ${mutation}(input: $input) { __typename ... on Error { message } } }`
}
