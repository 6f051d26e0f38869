import type { Json } from '../calls.js'
import { expectSame, expectThat, type Point } from '../point.js'
import type { Probe } from '../probe.js'
import { expectAttribute, expectEnvelope, expectStatus, expectTaken } from './expect.js'

const page = 'Operation page update_user'

/** A new user after these writes, as get_user shows it. */
async function userAfter(probe: Probe, ...writes: object[]): Promise<Json> {
  const user_id = await probe.user()
  for (const attributes of writes) expectTaken(await probe.call('update_user', { user_id, attributes }))
  return probe.readUser(user_id)
}

export const updateUserPoints: Point[] = [
  {
    id: 'updateUser.status',
    about: 'update_user',
    title: 'is answered with 200',
    fact: page,
    run: async (probe) => {
      const user_id = await probe.user()
      expectStatus(await probe.call('update_user', { user_id, attributes: { plan: 'pro' } }), 200)
    },
  },
  {
    id: 'updateUser.envelope',
    about: 'update_user',
    title: 'answers with the user, in the envelope of the variant',
    fact: page,
    run: async (probe) => {
      const user_id = await probe.user()
      const answer = await probe.call('update_user', { user_id, attributes: { plan: 'pro' } })
      expectEnvelope(probe, answer, (user) => user?.id === user_id)
    },
  },
  {
    id: 'updateUser.type',
    about: 'update_user',
    title: 'user_type is end_user',
    fact: 'Schema EndUser: required',
    run: async (probe) => {
      const user_id = await probe.user()
      const { object } = await probe.call('update_user', { user_id, attributes: { plan: 'pro' } })
      expectSame(object?.user_type, 'end_user')
    },
  },
  {
    id: 'updateUser.writes',
    about: 'update_user',
    title: 'writes attributes',
    fact: page,
    run: async (probe) => expectAttribute(await userAfter(probe, { plan: 'pro' }), 'plan', 'pro'),
  },
  {
    id: 'updateUser.merges',
    about: 'update_user',
    title: 'keeps the attributes that are not named',
    fact: 'Unknown whether attributes replace or merge',
    assumed: true,
    run: async (probe) => expectAttribute(await userAfter(probe, { first: 1 }, { second: 2 }), 'first', 1),
  },
  {
    id: 'updateUser.removes',
    about: 'update_user',
    title: 'null removes an attribute',
    fact: 'Not on the pages',
    assumed: true,
    run: async (probe) => {
      const user = await userAfter(probe, { gone: 1 }, { gone: null })
      expectThat((user.attributes?.gone ?? null) === null, 'no attribute `gone`', user)
    },
  },
]
