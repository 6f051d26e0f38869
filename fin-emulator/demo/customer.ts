import { toText } from '../html.js'
import { expectSame, NotSeenError } from './notSeen.js'
import { type CustomerStep, paragraphs } from './plan.js'
import { type Mark, mark, type Play, seeEvent, seeSync, tellCalls, words } from './play.js'
import { tell } from './print.js'
import type { Stage } from './stage.js'
import type { Transcript } from './transcript.js'

/** The end-user opens a conversation in Fin's messenger, and Fin creates both at the helpdesk. */
export async function open(stage: Stage, transcript: Transcript, step: CustomerStep): Promise<Play> {
  const { customer, attributes } = transcript
  const name = customer.name ?? 'The end-user'
  const from = mark(stage)
  const view = await stage.messenger.open({
    user: customer,
    attributes,
    body: paragraphs(step.text),
    fin: step.fin ?? undefined,
  })
  if (view.helpdesk_id === null) {
    const failed = stage.messenger.log.all.slice(from.log).filter(({ kind }) => kind === 'error')
    throw new NotSeenError('Fin creates the conversation at the helpdesk', 'create_conversation 201', failed)
  }
  tell('Fin messenger', `${name} opens a conversation: ${step.text}`, from.started)
  const play = { stage, customer: name, finId: view.id, helpdeskId: view.helpdesk_id, changes: 0, typings: 0 }
  await seeEvent(play, from, 'FIN', 'ConversationOpened')
  tell('subscription', `${stage.agent.name} sees ConversationOpened`, from.started)
  const calls = await seeCarried(play, step, from)
  // Someone who has written before is loaded instead.
  if (calls[0] !== 'get_user') {
    const made = ['create_user', 'create_conversation']
    expectSame('Fin creates the end-user, then the conversation', made, calls.slice(0, 2))
  }
  return play
}

/** The end-user writes in Fin's messenger. Where Fin hands off, the agent's connection is down meanwhile. */
export async function write(play: Play, step: CustomerStep): Promise<void> {
  const { messenger, watch, agent } = play.stage
  const from = mark(play.stage)
  const missesIt = step.fin?.handoff
  if (missesIt) {
    await watch.sleep()
    tell('subscription', `${agent.name}'s connection drops`)
  }
  await messenger.write(play.finId, { body: paragraphs(step.text), ...(step.fin && { fin: step.fin }) })
  tell('Fin messenger', `${play.customer} writes: ${step.text}`, from.started)
  if (missesIt) {
    await watch.wake()
    tell('subscription', `${agent.name} connects again and resumes after the last event seen`)
  }
  await seeCarried(play, step, from)
}

/** What the end-user wrote, and what Fin did about it, arrives at the helpdesk. Gives the names of Fin's calls. */
async function seeCarried(play: Play, step: CustomerStep, from: Mark): Promise<string[]> {
  const { stage, helpdeskId } = play
  const { name } = stage.agent
  const calls = await seeSync(play, from)
  tellCalls(calls, from)
  const reply = step.fin?.reply && toText(step.fin.reply)
  for (const text of [step.text, ...(reply ? [reply] : [])]) {
    await seeEvent(
      play,
      from,
      'FIN',
      'MessageAdded',
      ({ message }) => words(message?.text ?? '') === words(text),
    )
  }
  if (reply) tell('Fin API', `Fin answers: ${reply}`)
  tell('subscription', `${name} sees MessageAdded${reply ? ' twice' : ''}`, from.started)
  if (step.fin?.handoff) {
    tell('Fin API', 'Fin hands off: update_conversation with assignee_id null')
    await seeEvent(play, from, 'FIN', 'HandedOff')
    tell('subscription', `${name} sees HandedOff`, from.started)
    const waiting = await stage.graphql.ask<{ nodes: { id: string }[] }>(
      '{ conversations(first: 100, filter: { unassigned: true, status: [OPEN] }) { nodes { id } } }',
    )
    const found = waiting.nodes.some(({ id }) => id === helpdeskId)
    expectSame('the conversation waits for a human, unassigned', true, found)
    tell('GraphQL', `${name} finds it among those that nobody holds`)
  }
  return calls.map((call) => call.name)
}
