import { expect } from 'vitest'
import type { TestServer } from '../../support/server.js'
import type { VariantName } from '../contracts.js'
import { type FinClient, objectId } from '../finClient.js'
import { applyCall, applyHuman, type ModelConversation, newHelpdesk } from './helpdesk.js'
import type { Call, Human, NewMessage, Step } from './steps.js'

export interface Party {
  server: TestServer
  client: FinClient
  variant: VariantName
  finAgentId: string
  human: { id: string; token: string }
  teamId: string
}

/** Plays a story against the server and the model, and compares them after every step. */
export async function play(party: Party, story: readonly Step[]): Promise<Map<string, string>> {
  const { server, client, variant, finAgentId, human, teamId } = party
  const run = objectId()
  const model = newHelpdesk()
  /** The helpdesk's ids, by Fin's own. */
  const ids = new Map<string, string>()
  const arrived: Call[] = []

  const named = (key: string) => `${run} ${key}`
  const idOf = (key: string) => ids.get(key) ?? named(key)

  /** An object keeps the id that it was first answered with. */
  function learn(key: string, id: string) {
    expect(ids.get(key) ?? id).toBe(id)
    ids.set(key, id)
  }

  for (const step of story) {
    if (step.kind === 'human') await actAsHuman(step.human)
    else if (step.kind === 'burst') await burst(step.conversation, step.messages)
    else if (step.kind === 'call') await arrive(step.call, step.times, step.atOnce)
    else if (arrived.length > 0) await arrive(arrived[step.index % arrived.length] as Call, 1, false)
    for (const [key, conversation] of model.conversations) await compare(key, conversation)
  }
  await compareLog()
  return ids

  async function arrive(given: Call, times: number, atOnce: boolean) {
    const call = asTheVariantSays(given)
    arrived.push(call)
    const before = await stamps()
    const untouched = JSON.stringify([...model.conversations])
    const send = () => client.raw(call.operation, bodyOf(call))
    const answers = atOnce ? await Promise.all(Array.from({ length: times }, send)) : []
    while (answers.length < times) answers.push(await send())
    let isKnown = true
    for (let time = 0; time < times; time++) isKnown = applyCall(model, call) && isKnown
    for (const answer of answers) await check(call, answer, isKnown)
    if (JSON.stringify([...model.conversations]) === untouched) expect(await stamps()).toEqual(before)
  }

  /** In REST, conversations and their updates say nothing of a user. */
  function asTheVariantSays(call: Call): Call {
    if (variant === 'posts') return call
    if (call.operation === 'createConversation') return { ...call, name: null }
    if (call.operation !== 'updateConversation') return call
    const { userName: _, ...rest } = call
    return rest
  }

  async function check(call: Call, response: Response, isKnown: boolean) {
    const body = await response.json()
    const creates = call.operation.startsWith('create')
    expect(response.status, JSON.stringify(body)).toBe(isKnown ? (creates ? 201 : 200) : 404)
    if (!isKnown) return
    const answer = variant === 'posts' ? body.data : body
    if (call.operation === 'createUser') learn(call.user, answer.id)
    if (call.operation === 'createMessage') learn(call.message.key, answer.id)
    if (call.operation !== 'createConversation') return
    learn(call.conversation, answer.conversation.id)
    learn(call.user, answer.conversation.user.id)
    learn(`${call.conversation}m0`, answer.message.id)
  }

  function bodyOf(call: Call): object {
    switch (call.operation) {
      case 'createUser':
        return { object_id: named(call.user), name: call.name, attributes: call.attributes }
      case 'updateUser':
        return { user_id: idOf(call.user), attributes: call.attributes }
      case 'createConversation': {
        const { title, attributes } = call
        const initial_message = messageOf(call.message)
        const common = { object_id: named(call.conversation), title }
        return variant === 'posts'
          ? { ...common, user: { id: idOf(call.user), name: call.name }, attributes, initial_message }
          : { ...common, user_id: idOf(call.user), initial_message: { ...initial_message, attributes } }
      }
      case 'createMessage':
        return { conversation_id: idOf(call.conversation), ...messageOf(call.message) }
      case 'updateConversation': {
        const { conversation, assignee, status, title, tags, attributes, readAt, userName } = call
        return {
          conversation_id: idOf(conversation),
          ...(assignee !== undefined && { assignee_id: assignee && finAgentId }),
          ...(readAt && { last_user_read_at: readAt }),
          ...(userName && { user: { name: userName } }),
          status,
          title,
          tags,
          attributes,
        }
      }
    }
  }

  function messageOf({ key, body, author, createdAt }: NewMessage) {
    return {
      object_id: named(key),
      message_type: 'comment',
      body,
      author: author === 'fin' ? { id: finAgentId, user_type: 'agent' } : { user_type: 'end_user' },
      visibility: 'public',
      created_at: createdAt,
    }
  }

  /** Which of them the helpdesk put first is its own affair; that it has each once is not. */
  async function burst(conversation: string, messages: readonly NewMessage[]) {
    const to = model.conversations.get(conversation)
    if (!to) return
    const calls = messages.map((message): Call => ({ operation: 'createMessage', conversation, message }))
    const answers = await Promise.all(calls.map((call) => client.raw(call.operation, bodyOf(call))))
    for (const [index, call] of calls.entries()) {
      arrived.push(call)
      await check(call, answers[index] as Response, true)
    }
    const stored = await client.call('getMessages', { conversation_id: idOf(conversation) })
    const place = (call: Call) =>
      stored.findIndex(
        ({ id }: { id: string }) => call.operation === 'createMessage' && id === ids.get(call.message.key),
      )
    for (const call of calls.toSorted((one, other) => place(one) - place(other))) applyCall(model, call)
  }

  async function actAsHuman(step: Human) {
    const conversationId = ids.get(step.conversation)
    if (!conversationId) return
    const [name, input] = mutationOf(step)
    const title = name[0]?.toUpperCase() + name.slice(1)
    await server.must(
      `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on Error { reason: message } } }`,
      { input: { conversationId, ...input } },
      human.token,
    )
    applyHuman(model, step)
  }

  function mutationOf({ act, body, status }: Human): [string, object] {
    switch (act) {
      case 'reply':
        return ['replyToConversation', { body }]
      case 'note':
        return ['addNote', { body }]
      case 'take':
        return ['assignConversation', { agentId: human.id }]
      case 'giveToTeam':
        return ['assignConversation', { teamId }]
      case 'release':
        return ['assignConversation', {}]
      case 'handBack':
        return ['handBackToFin', {}]
      case 'setStatus':
        return ['setConversationStatus', { status: status.toUpperCase() }]
      case 'snooze':
        return ['snoozeConversation', { until: '2099-01-01T00:00:00.000Z' }]
    }
  }

  /** What a call that changes nothing must leave alone. */
  async function stamps() {
    const fields = [...model.conversations.keys()].map(
      (key) =>
        `${key}: conversation(id: "${idOf(key)}") { version revision updatedAt lastActivityAt endUserReadAt }`,
    )
    return fields.length > 0 ? server.must(`{ ${fields.join(' ')} }`) : {}
  }

  async function compare(key: string, conversation: ModelConversation) {
    const conversation_id = idOf(key)
    const found = await client.call('getConversation', { conversation_id })
    const user = model.users.get(conversation.user)
    expect({
      title: found.title,
      status: found.status,
      tags: found.tags.toSorted(),
      attributes: found.attributes,
      assignee: nameOf(found.assignee),
      readAt: await readAt(conversation_id),
      user: [found.user.id, found.user.name, found.user.attributes],
    }).toEqual({
      title: conversation.title,
      status: conversation.status === 'snoozed' ? 'open' : conversation.status,
      tags: conversation.tags,
      attributes: conversation.attributes,
      assignee: conversation.assignee,
      readAt: conversation.readAt,
      user: [ids.get(conversation.user), user?.name, user?.attributes],
    })

    const messages = await client.call('getMessages', { conversation_id })
    expect(messages.map(shown)).toEqual(
      conversation.messages.map(({ body, author, visibility, key: own }, index) => ({
        id: own ? ids.get(own) : messages[index]?.id,
        body,
        author,
        visibility,
      })),
    )
    const seen = Math.floor(messages.length / 2)
    const rest = await client.call('getMessages', { conversation_id, after_id: messages[seen]?.id })
    expect(rest).toEqual(messages.slice(seen + 1))
  }

  async function readAt(id: string): Promise<string> {
    const query = 'query ($id: ID!) { conversation(id: $id) { endUserReadAt } }'
    return (await server.must(query, { id })).conversation.endUserReadAt ?? ''
  }

  function shown({ id, body, author, visibility }: Record<string, { id: string; user_type: string }>) {
    const kind = author?.user_type === 'end_user' ? 'end_user' : nameOf(author ?? null)
    return { id, body, author: kind, visibility }
  }

  function nameOf(agent: { id: string } | null) {
    if (!agent) return null
    return { [finAgentId]: 'fin', [human.id]: 'human' }[agent.id] ?? agent.id
  }

  async function compareLog() {
    const { finIntegrations } = await server.must(`query { finIntegrations { log { kind conversationId } } }`)
    const told = new Set(
      finIntegrations.flatMap(({ log }: { log: { kind: string; conversationId: string }[] }) =>
        log.flatMap(({ kind, conversationId }) =>
          [...model.conversations.keys()]
            .filter((key) => ids.get(key) === conversationId)
            .map((key) => `${kind} ${key}`),
        ),
      ),
    )
    expect(told).toEqual(model.log)
  }
}
