import { expect } from 'vitest'
import type { ServerOptions } from '../../src/server.js'
import { movableClock } from '../support/clock.js'
import { startTestServer, type TestFin } from '../support/server.js'
import { type FinClient, fetchToken, finClient } from './finClient.js'

export type Connected = TestFin & { client: FinClient; token: string }

/** A server whose time stands, and what connects Fin to it and is told when a request is refused. */
export async function startConnections(options: Pick<ServerOptions, 'finNetworksFile' | 'trustProxy'> = {}) {
  const clock = movableClock()
  const server = await startTestServer({ clock, ...options })

  const detailsOf = async (fin: TestFin) => {
    const { finIntegration } = await server.must(
      'query ($id: ID!) { finIntegration(id: $id) { log { detail } } }',
      { id: fin.integrationId },
    )
    return finIntegration.log.map(({ detail }: { detail: string }) => detail)
  }

  return {
    server,
    clock,
    detailsOf,

    async connect(settings: object = {}): Promise<Connected> {
      const fin = await server.createFin({ allowedNetworks: ['127.0.0.1', '::1'], ...settings })
      const token = await fetchToken(server, fin)
      return { ...fin, token, client: finClient(server, token, 'posts') }
    },

    async set(fin: TestFin, settings: object) {
      const { updateFinIntegration } = await server.must(
        `mutation ($input: UpdateFinIntegrationInput!) { updateFinIntegration(input: $input) {
          __typename ... on UpdateFinIntegrationPayload { integration { hasSigningSecret signatureMode allowedNetworks } }
          ... on Error { reason: message } } }`,
        { input: { integrationId: fin.integrationId, ...settings } },
      )
      return updateFinIntegration.integration
    },

    /** How a create_user with this body and these headers is answered. */
    async post({ token }: Connected, body: string, headers: Record<string, string>) {
      const response = await finClient(server, token, 'posts').send('POST', '/create_user', body, headers)
      if (response.status === 401) {
        expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
        const { error } = (await response.json()) as { error: { detail: string } }
        expect(error.detail).toBe('The credentials are missing, wrong or expired.')
      }
      return response.status
    },

    /** The people of this integration read this reason in its log. */
    explained: (fin: TestFin, reason: RegExp) =>
      expect.poll(() => detailsOf(fin), { timeout: 15_000 }).toContainEqual(expect.stringMatching(reason)),
  }
}

export type Connections = Awaited<ReturnType<typeof startConnections>>
