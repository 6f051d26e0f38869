import type { VariantName } from '../connection.js'
import type { Checked } from './address.js'
import type { Answer, Calls, Json } from './calls.js'
import { objectId } from './objectId.js'
import { type Opened, openedIn } from './opened.js'
import { type Opening, openingParameters } from './opening.js'

/** Looks at a helpdesk through one variant of the API. Each look makes what it needs itself, and relies on ids only. */
export interface Probe extends Calls {
  connection: Checked
  variant: VariantName
  /** The agent who stands for Fin. */
  agentId: string
  /** The id of a new user. */
  user(given?: object): Promise<string>
  /** How a create_conversation was answered. */
  tryToOpen(given?: Opening): Promise<Answer & Opened>
  /** A new conversation, and how it was answered; throws where its id is not known. */
  open(given?: Opening): Promise<Answer & Opened & Known>
  /** How a message of the end-user was answered. */
  say(conversation: Known, message?: object): Promise<Answer>
  /** How an update_conversation was answered. */
  update(conversation_id: string, change: object): Promise<Answer>
  // As the helpdesk shows them; these throw where it does not.
  readUser(user_id: string): Promise<Json>
  conversation(conversation_id: string): Promise<Json>
  messages(conversation_id: string, after_id?: string): Promise<Json[]>
}

/** A conversation of which the ids are known. */
export interface Known {
  id: string
  userId: string
}

/** Opens a way to look, with the agent who stands for Fin. */
export function createProbe(connection: Checked, calls: Calls, agentId: string): Probe {
  const { variant } = connection
  const { call } = calls

  const user: Probe['user'] = async (given = {}) => {
    const usual = { name: 'Ada Probe', email: null, object_id: objectId() }
    const made = await call('create_user', { ...usual, ...given })
    return idOf(made, 'user', made.object)
  }

  const tryToOpen: Probe['tryToOpen'] = async (given = {}) => {
    const owner = given.user === undefined ? { id: await user() } : given.user
    const answer = await call('create_conversation', openingParameters(variant, given, owner))
    return { ...answer, ...openedIn(answer.body) }
  }

  return {
    ...calls,
    connection,
    variant,
    agentId,
    user,
    tryToOpen,
    async open(given) {
      const userId = given?.user?.id ?? (await user())
      const opened = await tryToOpen({ ...given, user: { id: userId } })
      return { ...opened, userId, id: idOf(opened, 'conversation', opened.conversation) }
    },
    say: ({ id, userId }, message) =>
      call('create_message', {
        conversation_id: id,
        message_type: 'comment',
        body: '<p>Hello</p>',
        author: { id: userId, user_type: 'end_user' },
        visibility: 'public',
        object_id: objectId(),
        attachments: [],
        ...message,
      }),
    update: (conversation_id, change) => call('update_conversation', { conversation_id, ...change }),
    readUser: async (user_id) => readable(await call('get_user', { user_id }), isObject),
    conversation: async (conversation_id) =>
      readable(await call('get_conversation', { conversation_id }), isObject),
    messages: async (conversation_id, after_id) => {
      const parameters = { conversation_id, ...(after_id && { after_id }) }
      return readable(await call('get_messages', parameters), Array.isArray)
    },
  }
}

const isObject = (value: Json) => typeof value === 'object' && value !== null

const said = ({ status, body }: Answer) => `${status} ${JSON.stringify(body)?.slice(0, 200)}`

function idOf(answer: Answer, what: string, object: Json): string {
  if (typeof object?.id === 'string') return object.id
  throw new Error(`no ${what} could be made: ${said(answer)}`)
}

function readable(answer: Answer, isRight: (object: Json) => boolean): Json {
  if (answer.status < 300 && !answer.body?.error && isRight(answer.object)) return answer.object
  throw new Error(`nothing could be read: ${said(answer)}`)
}
