import { randomUUID } from 'node:crypto'
import { expect, vi } from 'vitest'
import { createGraphql } from '../../../fin-emulator/demo/graphql.js'
import { makeAgent, makeIntegration } from '../../../fin-emulator/demo/setUp.js'
import { variants } from '../../rest-adapter/contracts.js'
import { fetchToken, finClient, objectId } from '../../rest-adapter/finClient.js'
import type { TestReceiver } from '../../webhooks/receiver.js'
import { change } from './change.js'
import { token } from './node.js'

/** Conversations that Fin and a human lead, one after the other, each request through the next of several nodes. */
export interface Lives {
  /** The human's. */
  token: string
  /** The nodes from now on. */
  through(...urls: string[]): void
  /** Once so many more have come to their end; throws what any request or webhook failed with. */
  lived(more: number): Promise<void>
  /** Once those that have begun have come to their end; throws the same. */
  end(): Promise<void>
}

const atOnce = 3

/** Connects Fin by the node at this address, and begins there. */
export async function startLives(url: string, receiver: TestReceiver): Promise<Lives> {
  const admin = createGraphql(url, token)
  const keys = { identifier: 'a3c729d4e8f6b15c', webhookKey: 'a webhook key' }
  const fin = await makeIntegration(admin, { ...keys, webhookBaseUrl: receiver.url })
  const human = await makeAgent(admin, [fin.inboxId])
  const finToken = await fetchToken({ url }, fin)
  let nodes = [url]
  let begun = 0
  let ended = 0
  let isOver = false

  const webhooks = (id: string) => receiver.received.filter(({ body }) => body.conversation_id === id).length

  /** What a change was answered with, once a webhook has told of it. */
  async function told<T>(id: string, made: Promise<T>): Promise<T> {
    const before = webhooks(id)
    const answer = await made
    await vi.waitUntil(() => webhooks(id) > before, { timeout: 60_000 })
    return answer
  }

  /** Two that follow each other reach every node with every request. */
  async function live(number: number) {
    let turn = number
    const next = () => nodes[turn++ % nodes.length] as string
    const asFin = () => finClient({ url: next() }, finToken, variants[(number >> 1) % 2] ?? 'rest')
    const asHuman = (mutation: string, input: object, selection?: string) =>
      change(next(), human.token, mutation, input, selection)
    const text = (what: string) => `${number}: ${what}`

    const user = await asFin().call('createUser', { name: 'Eve', object_id: objectId() })
    const { conversation } = await asFin().open({ user, message: { body: text('opened') } })
    const { id } = conversation
    const said = {
      conversation_id: id,
      body: text('Fin'),
      author: { id: fin.agentId, user_type: 'agent' },
      object_id: objectId(),
    }
    const message = await asFin().call('createMessage', said)
    expect(await asFin().call('createMessage', said)).toEqual(message)

    const reply = { conversationId: id, body: text('human'), idempotencyKey: randomUUID() }
    const replied = () => asHuman('replyToConversation', reply, 'message { id }')
    const first = await told(id, replied())
    expect(await replied()).toEqual(first)
    await told(id, asHuman('updateConversation', { conversationId: id, title: text('title') }))
    await asFin().call('updateConversation', { conversation_id: id, attributes: { number } })
    const thanks = { ...said, body: text('thanks'), author: { id: user.id, user_type: 'end_user' } }
    await asFin().call('createMessage', { ...thanks, object_id: objectId() })
    await told(id, asHuman('handBackToFin', { conversationId: id }))
    await asFin().call('updateConversation', { conversation_id: id, assignee_id: null })
    await told(id, asHuman('setConversationStatus', { conversationId: id, status: 'RESOLVED' }))

    const state = { id, status: 'resolved', title: text('title'), assignee: null, attributes: { number } }
    expect(await asFin().call('getConversation', { conversation_id: id })).toMatchObject(state)
    const messages: { body: string }[] = await asFin().call('getMessages', { conversation_id: id })
    const texts = ['opened', 'Fin', 'human', 'thanks'].map(text)
    expect(messages.map(({ body }) => body.replace(/<.*?>/g, ''))).toEqual(texts)
    ended++
  }

  const working = Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (!isOver) await live(begun++)
    }),
  )
  // Thrown by whoever waits next.
  working.catch(() => {})

  return {
    token: human.token,
    through(...urls) {
      nodes = urls
    },
    async lived(more) {
      const goal = ended + more
      await Promise.race([vi.waitUntil(() => ended >= goal, { timeout: 120_000 }), working])
    },
    async end() {
      isOver = true
      await working
    },
  }
}
