import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { finApi } from '../../rest-adapter/adapter.js'
import { openBackend } from '../../rest-adapter/backend.js'
import { readContract } from '../../rest-adapter/contract.js'
import { operations } from '../../rest-adapter/operations.js'
import { prepare } from '../../rest-adapter/run.js'
import type { App } from '../../src/app.js'
import { systemClock } from '../../src/clock.js'
import { expectProblem, variants } from './contracts.js'
import { routes } from './finClient.js'

const nothing = async () => ({})
const noAnswer = async () => ({ value: null, created: false })

test('a document that does not fit the schema stops the start', () => {
  const operation = { document: '{ nothing }', creates: false, variables: () => ({}), respond: () => null }
  expect(() => prepare('getNothing', operation, nothing)).toThrow(/getNothing .* "nothing"/)
})

test('an operation without a handler stops the start', async () => {
  const { getUser: _, ...others } = operations
  const handlers = Object.fromEntries(Object.keys(others).map((id) => [id, noAnswer]))
  const opening = openBackend(readContract('openapi.yaml'), { handlers, identify: async () => null })
  await expect(opening).rejects.toThrow('getUser')
})

test.each(variants)('whoever calls too often is told so in the form of the variant: %s', async (variant) => {
  const app = { publicUrl: () => 'http://localhost', db: { clock: systemClock } } as App
  const limit = async () => ({ wait: 7, isNoGuess() {} })
  const fin = await finApi(app, nothing, { report: expect.fail, limit, addressOf: () => '' })
  const server = createServer(fin.answer).listen(0)
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }

  const [, restPath, postsPath] = routes.getAgents
  const path = variant === 'rest' ? restPath : postsPath
  const response = await fetch(`http://127.0.0.1:${port}/api/fin${path}`)
  expect(response.headers.get('retry-after')).toBe('7')
  await expectProblem(variant, response, 429)
})
