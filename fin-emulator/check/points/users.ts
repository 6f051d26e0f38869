import { expectSame, expectThat, type Point } from '../point.js'
import { objectId } from '../probe.js'
import { expectEnvelope, expectProblem, expectStatus, expectTextOrNull } from './shapes.js'

const created = 'Operation page create_user: 201, a bare EndUser'
const read = 'Operation page get_user'
const written = 'Operation page update_user'
const schema = 'Schema EndUser'

export const userPoints: Point[] = [
  {
    id: 'createUser.status',
    about: 'create_user',
    title: 'is answered with 201',
    fact: created,
    run: async (probe) => expectStatus(await probe.call('create_user', { object_id: objectId() }), 201),
  },
  {
    id: 'createUser.bare',
    about: 'create_user',
    title: 'the user stands at the top level',
    fact: created,
    run: async (probe) => {
      const { body } = await probe.call('create_user', { object_id: objectId(), name: 'Ada' })
      expectThat(typeof body?.id === 'string', 'id at the top level', body)
    },
  },
  {
    id: 'createUser.data',
    about: 'create_user',
    title: 'the user stands under `data` too',
    fact: 'Unknown whether this variant wraps it after all',
    variant: 'posts',
    assumed: true,
    run: async (probe) => {
      const { body } = await probe.call('create_user', { object_id: objectId() })
      expectThat(typeof body?.data?.id === 'string', 'id under `data`', body)
    },
  },
  {
    id: 'createUser.type',
    about: 'create_user',
    title: 'user_type is end_user',
    fact: schema,
    run: async (probe) => {
      const { object } = await probe.call('create_user', { object_id: objectId() })
      expectSame(object?.user_type, 'end_user')
    },
  },
  {
    id: 'createUser.nulls',
    about: 'create_user',
    title: 'name and email may be null, and stay so',
    fact: 'Operation page create_user: may be unknown at creation',
    run: async (probe) => {
      const { object } = await probe.call('create_user', { object_id: objectId(), name: null, email: null })
      expectSame([object?.name, object?.email], [null, null])
    },
  },
  {
    id: 'createUser.repeat',
    about: 'create_user',
    title: 'a repeat with the same object_id gives the same user',
    fact: 'FAQ: object_id for idempotency; the answer to a repeat is unknown',
    assumed: true,
    run: async (probe) => {
      const given = { object_id: objectId(), name: 'Ada' }
      const first = await probe.call('create_user', given)
      const second = await probe.call('create_user', given)
      expectSame([second.status, second.object?.id], [first.status, first.object?.id])
    },
  },
  {
    id: 'createUser.attributes',
    about: 'create_user',
    title: 'attributes are kept',
    fact: 'Operation page create_user: attributes, in this variant only',
    variant: 'posts',
    run: async (probe) => {
      const user_id = await probe.user({ attributes: { plan: 'pro', vip: true } })
      const { object } = await probe.call('get_user', { user_id })
      expectSame([object?.attributes?.plan, object?.attributes?.vip], ['pro', true])
    },
  },
  {
    id: 'createUser.odd',
    about: 'create_user',
    title: 'odd values are left out rather than refused',
    fact: 'Not on the pages; a refusal would fail every sync',
    assumed: true,
    run: async (probe) => {
      const odd = { object_id: objectId(), email: 'not an address', name: { first: 'Ada' } }
      const { status } = await probe.call('create_user', odd)
      expectThat(status < 300, 'success', status)
    },
  },
  {
    id: 'createUser.malformed',
    about: 'create_user',
    title: 'a body that is no JSON is refused with 400',
    fact: 'The errors of operations are unknown',
    assumed: true,
    run: async (probe) => expectStatus(await probe.call('create_user', {}, { raw: '{"name":' }), 400),
  },
  {
    id: 'getUser.finds',
    about: 'get_user',
    title: 'finds a user by the id that create_user gave',
    fact: read,
    run: async (probe) => {
      const user_id = await probe.user()
      const answer = await probe.call('get_user', { user_id })
      expectSame([answer.status, answer.object?.id], [200, user_id])
    },
  },
  {
    id: 'getUser.envelope',
    about: 'get_user',
    title: 'in the envelope of the variant',
    fact: read,
    run: async (probe) => {
      const answer = await probe.call('get_user', { user_id: await probe.user() })
      expectEnvelope(probe, answer, (user) => typeof user?.user_type === 'string')
    },
  },
  {
    id: 'getUser.nullable',
    about: 'get_user',
    title: 'email and photo_url are sent, as text or null',
    fact: `${schema}; whether a key may be missing is unknown`,
    assumed: true,
    run: async (probe) => {
      const { object } = await probe.call('get_user', { user_id: await probe.user() })
      expectTextOrNull(object, ['email', 'photo_url'])
    },
  },
  {
    id: 'getUser.unknown',
    about: 'get_user',
    title: 'an unknown id gets 404',
    fact: 'The errors of operations are unknown',
    assumed: true,
    run: async (probe) => expectStatus(await probe.call('get_user', { user_id: 'user_nobody' }), 404),
  },
  {
    id: 'updateUser.writes',
    about: 'update_user',
    title: 'writes attributes, and answers with the user',
    fact: written,
    run: async (probe) => {
      const user_id = await probe.user()
      const answer = await probe.call('update_user', { user_id, attributes: { plan: 'pro' } })
      expectSame([answer.status, answer.object?.attributes?.plan], [200, 'pro'])
    },
  },
  {
    id: 'updateUser.merges',
    about: 'update_user',
    title: 'keeps the attributes that are not named',
    fact: 'Unknown whether attributes replace or merge',
    assumed: true,
    run: async (probe) => {
      const user_id = await probe.user()
      await probe.call('update_user', { user_id, attributes: { first: 1 } })
      await probe.call('update_user', { user_id, attributes: { second: 2 } })
      const { object } = await probe.call('get_user', { user_id })
      expectSame(object?.attributes?.first, 1)
    },
  },
  {
    id: 'updateUser.removes',
    about: 'update_user',
    title: 'null removes an attribute',
    fact: 'Not on the pages',
    assumed: true,
    run: async (probe) => {
      const user_id = await probe.user()
      await probe.call('update_user', { user_id, attributes: { gone: 1 } })
      await probe.call('update_user', { user_id, attributes: { gone: null } })
      const { object } = await probe.call('get_user', { user_id })
      expectThat((object?.attributes?.gone ?? null) === null, 'no attribute `gone`', object)
    },
  },
  {
    id: 'agents.list',
    about: 'get_agents',
    title: 'is a list, in the envelope of the variant',
    fact: 'Operation page get_agents',
    run: async (probe) => expectEnvelope(probe, await probe.call('get_agents'), Array.isArray),
  },
  {
    id: 'agents.type',
    about: 'get_agents',
    title: 'each has user_type agent',
    fact: 'Schema Agent',
    run: async (probe) => {
      const { object } = await probe.call('get_agents')
      for (const agent of object ?? []) expectSame(agent.user_type, 'agent')
    },
  },
  {
    id: 'agents.named',
    about: 'get_agents',
    title: 'each has a name and an email',
    fact: 'Schema Agent: required in this variant',
    variant: 'posts',
    run: async (probe) => {
      const { object } = await probe.call('get_agents')
      for (const { name, email } of object ?? []) {
        expectThat(typeof name === 'string' && typeof email === 'string', 'two texts', { name, email })
      }
    },
  },
  ...(['posts', 'rest'] as const).map((variant): Point => {
    const field = variant === 'posts' ? 'alias_name' : 'alias'
    return {
      id: `agents.${field}`,
      about: 'get_agents',
      title: `the name shown to end-users is called ${field}`,
      fact: 'Schema Agent: nullable; whether it may be missing is unknown',
      variant,
      assumed: true,
      run: async (probe) => {
        const { object } = await probe.call('get_agents')
        for (const agent of object ?? []) expectTextOrNull(agent, [field])
      },
    }
  }),
  {
    id: 'getConversation.problem',
    about: 'get_conversation',
    title: 'an error is a problem object, where the variant has it',
    fact: 'Schema ProblemDetails; the errors of operations are unknown',
    assumed: true,
    run: async (probe) => {
      const answer = await probe.call('get_conversation', { conversation_id: 'conv_nothing' })
      if (answer.status >= 400) expectProblem(probe, answer)
    },
  },
]
