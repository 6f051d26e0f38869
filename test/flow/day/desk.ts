import { vi } from 'vitest'
import { fetchToken, finClient } from '../../rest-adapter/finClient.js'
import { type MovableClock, movableClock } from '../../support/clock.js'
import { startTestServer, type TestFin, type TestServer } from '../../support/server.js'
import { startReceiver, type TestReceiver } from '../../webhooks/receiver.js'
import { type Fin, startFin } from './fin.js'

export const size = 20

/** Someone at work, and how far they have said that they read. */
export interface Colleague {
  name: string
  id: string
  token: string
  read: Map<string, number>
}

/** A helpdesk with Fin in front of it, and the team behind. */
export interface Desk {
  server: TestServer
  clock: MovableClock
  receiver: TestReceiver
  integration: TestFin
  fin: Fin
  /** Where Fin is not. */
  backOffice: string
  colleagues: Colleague[]
  teams: string[]
  /** Whom notes have called, by conversation. */
  mentioned: Map<string, Set<Colleague>>
  /** What a mutation gives; undefined where somebody else was quicker. Throws on any other refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: a caller says itself what it selects
  act(colleague: Colleague, mutation: string, input: object, selection?: string): Promise<any>
}

/** In the morning. A quarter of the team works in the back office too. */
export async function openDesk(): Promise<Desk> {
  const clock = movableClock()
  const receiver = await startReceiver()
  const server = await startTestServer({ clock, database: { poolSize: 10 } })
  const integration = await server.createFin({ webhookBaseUrl: receiver.url })
  const backOffice = await server.inbox('Back office')
  const colleagues = await Promise.all(
    Array.from({ length: size }, async (_, index): Promise<Colleague> => {
      const inboxIds = index % 4 === 0 ? [integration.inboxId, backOffice] : [integration.inboxId]
      const name = `Agent ${index + 1}`
      return { name, ...(await server.agent(name, inboxIds)), read: new Map() }
    }),
  )
  const teams = await Promise.all(
    ['Orders', 'Refunds', 'Technology'].map((name, index) =>
      makeTeam(
        server,
        name,
        colleagues.filter((_, place) => place % 3 === index),
      ),
    ),
  )

  return {
    server,
    clock,
    receiver,
    integration,
    fin: startFin(
      integration.agentId,
      async () => finClient(server, await fetchToken(server, integration), 'rest'),
      receiver,
    ),
    backOffice,
    colleagues,
    teams,
    mentioned: new Map(),
    async act({ token }, mutation, input, selection = '__typename') {
      const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
      const document = `mutation ($input: ${name}Input!) { result: ${mutation}(input: $input) {
        kind: __typename ... on ${name}Payload { ${selection} } ... on Error { code message } } }`
      const { data, errors } = await server.graphql(document, { input }, token)
      if (data?.result?.kind === `${name}Payload`) return data.result
      if (data?.result?.code === 'CONFLICT') return undefined
      throw new Error(`${mutation} ${JSON.stringify(input)}: ${JSON.stringify(errors ?? data)}`)
    },
  }
}

async function makeTeam(server: TestServer, name: string, members: Colleague[]): Promise<string> {
  const { createTeam } = await server.must(
    `mutation ($input: CreateTeamInput!) { createTeam(input: $input) { __typename ... on CreateTeamPayload { team { id } } } }`,
    { input: { name, agentIds: members.map(({ id }) => id) } },
  )
  return createTeam.team.id
}

/** Once everything has its place in the log, every webhook its answer, and nobody sleeps too long. */
export async function settled({ server, clock, fin }: Desk): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await server.app.db.pool.query(unsettled, [clock.now()])
      if (rows[0].count !== '0') throw new Error(`${rows[0].count} things are under way`)
    },
    { timeout: 60_000, interval: 50 },
  )
  await fin.pulled()
}

/** A listener that hears nothing does not move on. */
const unsettled = `select (select count(*) from event_pending) + (select count(*) from delivery where state <> 'DELIVERED')
  + (select count(*) from listener l join fin_integration i on i.id = l.integration_id
       join event_feed f on f.position > l.position join event e on e.id = f.event_id and e.inbox_id = i.inbox_id
      where e.origin <> 'FIN')
  + (select count(*) from conversation where status = 'SNOOZED' and snoozed_until <= $1) as count`
