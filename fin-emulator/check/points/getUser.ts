import { expectSame, expectThat, type Point } from '../point.js'
import { expectEnvelope, expectStatus, expectTaken, expectTextOrNull } from './expect.js'

const page = 'Operation page get_user'
const schema = 'Schema EndUser'

export const getUserPoints: Point[] = [
  {
    id: 'getUser.status',
    about: 'get_user',
    title: 'is answered with 200',
    fact: `${page}; the POST-only variant shows no status`,
    assumed: 'posts',
    run: async (probe) => expectStatus(await probe.call('get_user', { user_id: await probe.user() }), 200),
  },
  {
    id: 'getUser.finds',
    about: 'get_user',
    title: 'finds a user by the id that create_user gave',
    fact: page,
    run: async (probe) => {
      const user_id = await probe.user()
      const answer = await probe.call('get_user', { user_id })
      expectTaken(answer)
      expectSame(answer.object?.id, user_id)
    },
  },
  {
    id: 'getUser.envelope',
    about: 'get_user',
    title: 'in the envelope of the variant',
    fact: page,
    run: async (probe) => {
      const answer = await probe.call('get_user', { user_id: await probe.user() })
      expectEnvelope(probe, answer, (user) => typeof user?.id === 'string')
    },
  },
  {
    id: 'getUser.type',
    about: 'get_user',
    title: 'user_type is end_user',
    fact: `${schema}: required`,
    run: async (probe) => expectSame((await probe.readUser(await probe.user())).user_type, 'end_user'),
  },
  {
    id: 'getUser.keys',
    about: 'get_user',
    title: 'name, email, photo_url and attributes are sent, also when unknown',
    fact: `${schema}; whether a key may be missing is unknown`,
    assumed: true,
    run: async (probe) => {
      const user = await probe.readUser(await probe.user())
      expectTextOrNull(user, ['name', 'email', 'photo_url'])
      expectThat(typeof user.attributes === 'object', 'attributes: an object or null', user)
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
]
