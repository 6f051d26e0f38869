import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDataDir } from '../support/dataDir.js'
import { startProgram } from '../support/program.js'

test('requests are measured only when the limit and PostGraphile answer them like Graphdesk', {
  timeout: 300_000,
}, async () => {
  const results = path.join(path.dirname(temporaryDataDir()), 'results.json')
  const only = 'W1,W2,W3,W4,W4b,W7'
  const quick = ['--rounds', '1', '--seconds', '0.1', '--results', results]
  const bench = startProgram(['bench/main.js', '--only', only, ...quick], {})
  expect(await bench.ended, bench.output()).toBe(0)

  const { run: _, ...workloads } = JSON.parse(readFileSync(results, 'utf8'))
  const everybody = ['Graphdesk', 'limit', 'PostGraphile']
  const servers = Object.entries<{ figures: object }>(workloads).map(([key, { figures }]) => [
    key,
    Object.keys(figures),
  ])
  expect(Object.fromEntries(servers)).toEqual({
    w1: everybody,
    'w1-other': everybody,
    w2: everybody,
    w3: everybody,
    'w3-told': everybody,
    w4: everybody,
    'w4b-conversation': ['Graphdesk', 'limit'],
    'w4b-message': ['Graphdesk', 'limit'],
    w7: ['Graphdesk', 'limit'],
  })
  expect(workloads.w1).toMatchObject({
    vsLimit: expect.any(Number),
    cpuVsLimit: expect.any(Number),
    vsPostgraphile: expect.any(Number),
  })
  expect(bench.output()).not.toMatch(/[1-9]\d* of \d+ failed/)
})
