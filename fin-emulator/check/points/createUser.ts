import { objectId } from '../objectId.js'
import { expectSame, expectThat, type Point } from '../point.js'
import { expectAttribute, expectStatus, expectTaken } from './expect.js'

const page = 'Operation page create_user'

export const createUserPoints: Point[] = [
  {
    id: 'createUser.status',
    about: 'create_user',
    title: 'is answered with 201',
    fact: page,
    run: async (probe) => expectStatus(await probe.call('create_user', { object_id: objectId() }), 201),
  },
  {
    id: 'createUser.bare',
    about: 'create_user',
    title: 'the user stands at the top level',
    fact: `${page}: a bare EndUser; perhaps a slip in the POST-only variant`,
    assumed: 'posts',
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
    fact: 'Schema EndUser: required',
    run: async (probe) => {
      const { object } = await probe.call('create_user', { object_id: objectId() })
      expectSame(object?.user_type, 'end_user')
    },
  },
  {
    id: 'createUser.nulls',
    about: 'create_user',
    title: 'name and email may be null',
    fact: `${page}: may be unknown at creation`,
    run: async (probe) =>
      expectTaken(await probe.call('create_user', { object_id: objectId(), name: null, email: null })),
  },
  {
    id: 'createUser.nothingMadeUp',
    about: 'create_user',
    title: 'a name and email that are not known stay so',
    fact: 'Not on the pages',
    assumed: true,
    run: async (probe) => {
      const { name, email } = await probe.readUser(await probe.user({ name: undefined, email: undefined }))
      expectSame([name ?? null, email ?? null], [null, null])
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
    fact: `${page}: attributes, in this variant only`,
    variant: 'posts',
    run: async (probe) => {
      const user = await probe.readUser(await probe.user({ attributes: { plan: 'pro', vip: true } }))
      expectAttribute(user, 'plan', 'pro')
      expectAttribute(user, 'vip', true)
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
      expectTaken(await probe.call('create_user', odd))
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
]
