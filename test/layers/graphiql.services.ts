import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../fin-emulator/demo/freePort.js'
import { type Program, startProgram } from '../support/program.js'
import { requestsOf, startBrowser } from './support/browser.js'

// What somebody sees who opens GraphiQL by the address that a start prints.
const token = 'a-token-for-tests-long-enough-for-one'
const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-graphiql-'))

let browser: Browser
let server: Program
let url: string
let page: Page

beforeAll(async () => {
  // Where root runs this, PostgreSQL's own user has to enter.
  chmodSync(folder, 0o755)
  const port = await freePort()
  server = startProgram([], {
    DATA_DIR: path.join(folder, 'data'),
    PORT: String(port),
    ADMIN_TOKEN: token,
    SAMPLE_DATA: 'true',
    LOG_LEVEL: 'error',
  })
  await server.prints(/ready at/)
  url = `http://localhost:${port}`
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  server?.process.kill('SIGTERM')
  await server?.ended
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  page = await browser.newPage()
})

const run = () => page.getByRole('button', { name: /execute query/i }).click()
const answer = async () => (await page.locator('.result-window').textContent())?.replaceAll('\u00a0', ' ')

/** Runs a tab, of several operations the one of this name, until it shows this. */
async function runs(tab: string, shows: string, operation?: string): Promise<void> {
  await page.locator('.graphiql-tab-button', { hasText: tab }).click()
  await page.locator('.graphiql-tab-active', { hasText: tab }).waitFor()
  await page.locator('.graphiql-query-editor .view-line', { hasText: tab }).first().waitFor()
  // It takes a moment until it knows which operations are in the editor.
  await expect
    .poll(
      async () => {
        const shown = await answer()
        if (shown && !shown.includes('Cannot infer operation')) return shown
        await run()
        if (operation) await page.getByRole('menuitem', { name: operation }).click()
        return shown
      },
      { message: tab, timeout: 20_000, interval: 1_000 },
    )
    .toContain(shows)
  expect(await answer(), tab).not.toContain('"errors"')
}

test('each of its examples works, signed in, with no word to a foreign host', async () => {
  const requests = requestsOf(page)
  await page.goto(`${url}/graphql#token=${token}`)
  await runs('Inbox', '"preview"', 'Inbox')
  await runs('Conversation', '"timeline"')
  await runs('Reply', '"text": "They are back on Monday."')
  await runs('Follow', '"SNAPSHOT"')
  expect(page.url()).not.toContain(token)
  const hosts = new Set(requests.addresses.map((address) => new URL(address).host).filter(Boolean))
  expect([...hosts]).toEqual([new URL(url).host])
  expect(requests.faults).toEqual([])
})
