import type { Json } from '../calls.js'
import { expectSame, expectThat, type Point } from '../point.js'
import type { Probe } from '../probe.js'
import { expectEnvelope, expectStatus, expectTextOrNull } from './expect.js'

const agentsOf = async (probe: Probe): Promise<Json[]> => (await probe.call('get_agents')).object ?? []

export const agentPoints: Point[] = [
  {
    id: 'agents.status',
    about: 'get_agents',
    title: 'is answered with 200',
    fact: 'Operation page get_agents',
    run: async (probe) => expectStatus(await probe.call('get_agents'), 200),
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
    fact: 'Schema Agent: required in the POST-only variant, not in the other',
    assumed: 'rest',
    run: async (probe) => {
      for (const { user_type } of await agentsOf(probe)) expectSame(user_type, 'agent')
    },
  },
  {
    id: 'agents.named',
    about: 'get_agents',
    title: 'each has a name and an email',
    fact: 'Schema Agent: required in this variant',
    variant: 'posts',
    run: async (probe) => {
      for (const { name, email } of await agentsOf(probe)) {
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
        for (const agent of await agentsOf(probe)) expectTextOrNull(agent, [field])
      },
    }
  }),
]
