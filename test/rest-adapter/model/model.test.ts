import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.js'
import { type VariantName, variants } from '../contracts.js'
import { fetchToken, finClient } from '../finClient.js'
import { type Party, play } from './player.js'
import { story } from './steps.js'

// Whatever is repeated, reordered, retried or cut off, the helpdesk ends where a simple model of it ends.
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function party(variant: VariantName): Promise<Party> {
  const fin = await server.createFin()
  const client = finClient(server, await fetchToken(server, fin), variant)
  const human = await server.agent('Ann', [fin.inboxId])
  const { createTeam } = await server.must(
    `mutation ($input: CreateTeamInput!) { createTeam(input: $input) { ... on CreateTeamPayload { team { id } } } }`,
    { input: { name: variant, agentIds: [human.id] } },
  )
  return { server, client, variant, finAgentId: fin.agentId, human, teamId: createTeam.team.id }
}

test.each(variants)(
  'Fin’s syncs with duplicates, reordering, retries and crashes between calls: %s',
  async (variant) => {
    const there = await party(variant)
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        await play(there, steps)
        expect(server.faults).toEqual([])
      }),
      { numRuns: 25 },
    )
  },
  600_000,
)
