import fc from 'fast-check'
import { type FinClient, objectId } from '../../rest-adapter/finClient.js'
import type { TestFin, TestServer } from '../../support/server.js'

/** Something that is done to a conversation. */
export type Step =
  | { does: 'reply' | 'note' | 'receive' | 'finSays' | 'handBack' | 'letGo' | 'snooze' }
  | { does: 'assign'; to: 'ann' | 'bob' | null }
  | { does: 'status'; to: 'OPEN' | 'RESOLVED' | 'CLOSED' | 'ENDED' }
  | { does: 'update'; title?: string; priority?: string; tags?: string[]; plan?: string }

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

export const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Step>({ does: 'reply' }, { does: 'note' }, { does: 'receive' }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ does: 'finSays' }, { does: 'snooze' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ does: 'handBack' }, { does: 'letGo' }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('assign'), to: fc.constantFrom('ann', 'bob', null) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('status'),
      to: fc.constantFrom('OPEN', 'RESOLVED', 'CLOSED', 'ENDED'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('update'),
      title: maybe(fc.constantFrom('Parcel', 'Refund')),
      priority: maybe(fc.constantFrom('LOW', 'HIGH')),
      tags: maybe(fc.subarray(['a', 'b', 'c'])),
      plan: maybe(fc.constantFrom('pro', 'free')),
    }),
  },
)

/** What a timeline shows of something that happened. */
export interface Shown {
  type: string
  /** A message's. */
  text: string | null
  /** Who did it, and through which API. */
  by: string
  api: 'GRAPHQL' | 'FIN'
  isNote: boolean
}

export interface Desk {
  server: TestServer
  fin: TestFin
  client: FinClient
  ann: { id: string; token: string }
  bob: { id: string; token: string }
}

/** What a conversation is expected to be, and all that was done to it. */
export interface Model {
  id: string
  done: Shown[]
  status: string
  assignee: 'ann' | 'bob' | 'fin' | null
  title: string | null
  priority: string
  tags: string[]
  plan: string | null
}

/** A conversation that Fin opened. */
export async function opened({ client, fin }: Desk): Promise<Model> {
  const { conversation } = await client.open({ user: { name: 'Eve', email: `${objectId()}@example.org` } })
  const byFin = { by: fin.integrationId, api: 'FIN', isNote: false } as const
  return {
    id: conversation.id,
    done: [
      { type: 'ConversationOpened', text: null, ...byFin },
      { type: 'Message', text: 'Where is my parcel?', ...byFin },
    ],
    status: 'OPEN',
    assignee: 'fin',
    title: null,
    priority: 'NONE',
    tags: [],
    plan: null,
  }
}

/** Does a step through the API, and writes down what has to be seen of it. */
export async function take(desk: Desk, model: Model, step: Step): Promise<void> {
  const { ann, fin, client } = desk
  const human = (type: string, text: string | null = null, isNote = false) =>
    model.done.push({ type, text, by: ann.id, api: 'GRAPHQL', isNote })
  const byFin = (type: string, text: string | null = null) =>
    model.done.push({ type, text, by: fin.integrationId, api: 'FIN', isNote: false })
  const set = <Field extends keyof Model>(field: Field, value: Model[Field] | undefined, type: string) => {
    if (value === undefined || String(model[field]) === String(value)) return
    model[field] = value
    human(type)
  }
  const call = (name: string, input: object = {}) =>
    mutate(desk, name, { conversationId: model.id, ...input })
  const text = `message ${model.done.length}`

  switch (step.does) {
    case 'reply':
      await call('replyToConversation', { body: text })
      human('Message', text)
      if (model.assignee !== 'bob') set('assignee', 'ann', 'AssignmentChanged')
      break
    case 'note':
      await call('addNote', { body: text })
      human('Message', text, true)
      break
    case 'receive':
      await call('receiveMessage', { message: { body: text } })
      human('Message', text)
      set('status', 'OPEN', 'StatusChanged')
      break
    case 'finSays':
      await client.call('createMessage', {
        conversation_id: model.id,
        body: text,
        author: { id: fin.agentId, user_type: 'agent' },
        object_id: objectId(),
      })
      byFin('Message', text)
      break
    case 'handBack':
      await call('handBackToFin')
      if (model.assignee !== 'fin') human('HandedBackToFin')
      set('assignee', 'fin', 'AssignmentChanged')
      break
    case 'letGo':
      if (model.assignee !== 'fin') break
      await client.call('updateConversation', { conversation_id: model.id, assignee_id: null })
      byFin('HandedOff')
      byFin('AssignmentChanged')
      model.assignee = null
      break
    case 'snooze':
      await call('snoozeConversation', { until: '2100-01-01T00:00:00.000Z' })
      set('status', 'SNOOZED', 'StatusChanged')
      break
    case 'assign':
      await call('assignConversation', { agentId: step.to && desk[step.to].id })
      set('assignee', step.to, 'AssignmentChanged')
      break
    case 'status':
      await call('setConversationStatus', { status: step.to })
      set('status', step.to, 'StatusChanged')
      break
    case 'update': {
      const { does: _, plan, ...given } = step
      await call('updateConversation', { ...given, ...(plan && { attributes: { plan } }) })
      set('tags', step.tags, 'TagsChanged')
      set('title', step.title, 'TitleChanged')
      set('priority', step.priority, 'PriorityChanged')
      set('plan', plan, 'AttributesChanged')
    }
  }
}

function mutate({ server, ann }: Desk, name: string, input: object) {
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}`
  return server.must(
    `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input },
    ann.token,
  )
}
