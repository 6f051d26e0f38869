import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, test, vi } from 'vitest'
import { OverloadedError } from '../../src/errors.js'
import { unanswered } from '../../src/http/unanswered.js'

test('a fault that no route answers is reported once, and shows nothing but its id', async () => {
  const report = vi.fn()
  const error = new Error('secret')
  const mistake = Object.assign(new Error('secret'), {
    status: 416,
    headers: { 'Content-Range': 'bytes */9' },
  })
  const app = express()
  app.get('/fault', async () => Promise.reject(error))
  app.get('/late', (_, response) => {
    response.write('begun')
    throw error
  })
  app.get('/mistake', (_, response) => {
    response.set('Cache-Control', 'immutable')
    throw mistake
  })
  app.get('/busy', () => {
    throw new OverloadedError()
  })
  app.use(unanswered(report))
  const listening = app.listen(0)
  try {
    const port = (listening.address() as AddressInfo).port
    const at = (path: string) => fetch(`http://localhost:${port}${path}`)

    const fault = await at('/fault')
    expect(fault.status).toBe(500)
    expect(report).toHaveBeenCalledExactlyOnceWith(error, expect.any(String))
    expect(await fault.text()).toBe(`Unexpected error. Ask the operator about ${report.mock.lastCall?.[1]}.`)
    expect(fault.headers.get('content-type')).toContain('text/plain')
    await expect(at('/late').then((begun) => begun.text())).rejects.toThrow()
    expect(report).toHaveBeenCalledTimes(2)

    const refused = await at('/mistake')
    expect([refused.status, await refused.text()]).toEqual([416, 'Range Not Satisfiable'])
    expect(refused.headers.get('content-range')).toBe('bytes */9')
    expect(refused.headers.get('cache-control')).toBe('no-store')
    const busy = await at('/busy')
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '5'])
    expect(report).toHaveBeenCalledTimes(2)
  } finally {
    listening.close()
  }
})
