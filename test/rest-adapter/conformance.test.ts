import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkVariant } from '../../fin-emulator/check/run.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { variants } from './contracts.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test.each(variants)('meets every point that Fin relies on, known or assumed: %s', async (variant) => {
  const signingSecret = 'the key of the signatures'
  const { clientId, clientSecret, agentId } = await server.createFin({ signingSecret })
  const connection = { helpdesk: server.url, variant, clientId, clientSecret, agentId, signingSecret }
  const findings = await checkVariant(connection)
  expect(findings.length).toBeGreaterThan(80)
  const failed = findings.filter(({ failure }) => failure !== null)
  expect(failed.map(({ point, failure }) => `${point.id}: ${failure}`)).toEqual([])
})
