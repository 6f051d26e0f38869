import fc from 'fast-check'

// What may happen between Fin, the network and a human: calls, repeats, crashes between calls, late arrivals.

export type StatusName = 'open' | 'resolved' | 'closed' | 'ended'

export interface NewMessage {
  /** Fin's own id. */
  key: string
  body: string
  author: 'end_user' | 'fin'
  /** By a clock of its own: later messages may be older. */
  createdAt: string
}

/** One call that changes something; objects are named by Fin's own ids. */
export type Call =
  | { operation: 'createUser'; user: string; name: string | null; attributes: Record<string, unknown> }
  | { operation: 'updateUser'; user: string; attributes: Record<string, unknown> }
  | {
      operation: 'createConversation'
      conversation: string
      user: string
      name: string | null
      title: string | null
      attributes: Record<string, unknown>
      message: NewMessage
    }
  | { operation: 'createMessage'; conversation: string; message: NewMessage }
  | {
      operation: 'updateConversation'
      conversation: string
      /** Absent: left out. */
      assignee?: 'fin' | null
      status?: StatusName
      title?: string | null
      tags?: string[]
      attributes?: Record<string, unknown>
      readAt?: string
      userName?: string
    }

export interface Human {
  act: 'reply' | 'note' | 'take' | 'giveToTeam' | 'release' | 'handBack' | 'setStatus' | 'snooze'
  conversation: string
  body: string
  status: StatusName
}

export type Step =
  /** A call that arrives this often: one after the other, or all at once. */
  | { kind: 'call'; call: Call; times: number; atOnce: boolean }
  /** A copy of an earlier call that the network has kept until now. */
  | { kind: 'late'; index: number }
  /** Different messages of one conversation, all at once. */
  | { kind: 'burst'; conversation: string; messages: NewMessage[] }
  | { kind: 'human'; human: Human }

const conversation = fc.constantFrom('c1', 'c2')
const userOf: Record<string, string> = { c1: 'u1', c2: 'u2' }
const name = fc.constantFrom(null, 'Nora', 'Nora Quist')
const attributes = fc.dictionary(fc.constantFrom('plan', 'locale'), fc.constantFrom('a', 'b', 7, true), {
  maxKeys: 2,
})
const changes = fc.dictionary(fc.constantFrom('plan', 'locale'), fc.constantFrom('a', 'b', 7, null), {
  maxKeys: 2,
})
const status = fc.constantFrom<StatusName>('open', 'resolved', 'closed', 'ended')

/** The same key says the same, but for one in four. */
const message = (conversation: string): fc.Arbitrary<NewMessage> =>
  fc.record({ number: fc.nat(6), isOdd: fc.nat(3) }).map(({ number, isOdd }) => ({
    key: `${conversation}m${number}`,
    body: `message ${number}${isOdd === 0 ? ', said otherwise' : ''}`,
    author: number % 2 === 0 ? 'end_user' : 'fin',
    createdAt: new Date(Date.UTC(2026, 0, 10 - number)).toISOString(),
  }))

const createUser = fc.record({
  operation: fc.constant('createUser' as const),
  user: fc.constantFrom('u1', 'u2'),
  name,
  attributes,
})

const updateUser = fc.record({
  operation: fc.constant('updateUser' as const),
  user: fc.constantFrom('u1', 'u2'),
  attributes: changes,
})

const createConversation = conversation.chain((id) =>
  fc.record({
    operation: fc.constant('createConversation' as const),
    conversation: fc.constant(id),
    user: fc.constant(userOf[id] as string),
    name,
    title: fc.constantFrom(null, 'A parcel', 'A refund'),
    attributes,
    message: message(id).map((first): NewMessage => ({ ...first, author: 'end_user', key: `${id}m0` })),
  }),
)

const createMessage = conversation.chain((id) =>
  fc.record({
    operation: fc.constant('createMessage' as const),
    conversation: fc.constant(id),
    message: message(id),
  }),
)

const updateConversation = fc.record(
  {
    operation: fc.constant('updateConversation' as const),
    conversation,
    assignee: fc.constantFrom('fin' as const, null),
    status,
    title: fc.constantFrom(null, 'A parcel', 'A refund'),
    tags: fc.uniqueArray(fc.constantFrom('billing', 'urgent', 'vip'), { maxLength: 2 }),
    attributes: changes,
    readAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
    userName: fc.constantFrom('Nora', 'Nora Q.'),
  },
  { requiredKeys: ['operation', 'conversation'] },
)

const call = fc.oneof(
  createUser,
  updateUser,
  { arbitrary: createConversation, weight: 3 },
  { arbitrary: createMessage, weight: 4 },
  { arbitrary: updateConversation, weight: 4 },
)

const one = fc.record({
  kind: fc.constant('call' as const),
  call,
  times: fc.constantFrom(1, 1, 1, 2, 4),
  atOnce: fc.boolean(),
})

/** A whole sync; it is cut off twice, after so many calls, and begun again. */
const cutSync = conversation.chain((id) =>
  fc
    .record({
      messages: fc.array(message(id), { maxLength: 3 }),
      end: updateConversation,
      cuts: fc.tuple(fc.nat(4), fc.nat(4)),
    })
    .map(({ messages, end, cuts }): Step[] => {
      const calls: Call[] = [
        ...messages.map((message) => ({ operation: 'createMessage' as const, conversation: id, message })),
        { ...end, conversation: id },
      ]
      const arrived = [...cuts.map((cut) => calls.slice(0, cut)), calls].flat()
      return arrived.map((call) => ({ kind: 'call', call, times: 1, atOnce: false }))
    }),
)

const late = fc.record({ kind: fc.constant('late' as const), index: fc.nat(1_000) })

const burst = conversation.chain((id) =>
  fc.record({
    kind: fc.constant('burst' as const),
    conversation: fc.constant(id),
    messages: fc.uniqueArray(message(id), { minLength: 2, maxLength: 4, selector: ({ key }) => key }),
  }),
)

const human = fc.record({
  kind: fc.constant('human' as const),
  human: fc.record({
    act: fc.constantFrom('reply', 'note', 'take', 'giveToTeam', 'release', 'handBack', 'setStatus', 'snooze'),
    conversation,
    body: fc.constantFrom('I am here', 'Let me see'),
    status,
  }),
})

const alone = (step: fc.Arbitrary<Step>) => step.map((single) => [single])

/** A story, which begins with both conversations. */
export const story: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.tuple(
      ...['c1', 'c2'].map((id) => createConversation.filter(({ conversation }) => conversation === id)),
    ),
    fc.array(
      fc.oneof(
        { arbitrary: alone(one), weight: 6 },
        { arbitrary: cutSync, weight: 2 },
        { arbitrary: alone(late), weight: 2 },
        { arbitrary: alone(burst), weight: 1 },
        { arbitrary: alone(human as fc.Arbitrary<Step>), weight: 4 },
      ),
      { minLength: 5, maxLength: 20 },
    ),
    fc.boolean(),
  )
  .map(([first, rest, isBegun]) => [
    ...(isBegun
      ? first.map((call): Step => ({ kind: 'call', call: call as Call, times: 1, atOnce: false }))
      : []),
    ...rest.flat(),
  ])
