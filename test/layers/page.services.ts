import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../fin-emulator/demo/freePort.js'
import { createGraphql } from '../../fin-emulator/demo/graphql.js'
import { makeIntegration } from '../../fin-emulator/demo/setUp.js'
import { type Emulator, startEmulator } from '../../fin-emulator/emulator.js'
import { type Program, startProgram } from '../support/program.js'
import { type Requests, requestsOf, startBrowser } from './support/browser.js'
import { deskOn, seen } from './support/desk.js'

const token = 'a-token-for-tests-long-enough-for-one'
const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-page-'))

let browser: Browser
let port: number
let url: string
let server: Program
let emulator: Emulator
let page: Page
let requests: Requests
let desk: ReturnType<typeof deskOn>

beforeAll(async () => {
  // Where root runs this, PostgreSQL's own user has to enter.
  chmodSync(folder, 0o755)
  browser = await startBrowser()
  port = await freePort()
  server = await startServer()
  url = `http://localhost:${port}`
  const keys = { identifier: 'a3c729d4e8f6b15c', webhookKey: 'a webhook key', signingSecret: 'a secret' }
  emulator = await startEmulator({ ...keys, retryDelayMs: 200 })
  const fin = await makeIntegration(createGraphql(url, token), { ...keys, webhookBaseUrl: emulator.url })
  await emulator.connect({ helpdesk: url, variant: 'posts', ...keys, ...fin })
})
afterAll(async () => {
  await browser?.close()
  await emulator?.stop()
  server?.process.kill('SIGTERM')
  await server?.ended
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  page = await browser.newPage()
  requests = requestsOf(page)
  desk = deskOn(page)
})
afterEach(async () => {
  const hosts = new Set(requests.addresses.map((address) => new URL(address).host))
  for (const known of [url, emulator.url]) hosts.delete(new URL(known).host)
  expect([...hosts], 'foreign hosts').toEqual([])
  expect(requests.addresses.join('\n')).not.toContain(token)
  expect(requests.faults).toEqual([])
  await page.close()
})

async function startServer(): Promise<Program> {
  const program = startProgram([], {
    DATA_DIR: path.join(folder, 'data'),
    PORT: String(port),
    ADMIN_TOKEN: token,
    LOG_LEVEL: 'error',
  })
  await program.prints(/ready at/)
  return program
}

const openSignedIn = () => page.goto(`${url}/#${new URLSearchParams({ token, emulator: emulator.url })}`)

/** Of the conversation in which something happened last, as the helpdesk has them. */
async function newestMessages(): Promise<string[]> {
  const { nodes } = await createGraphql(url, token).ask<{
    nodes: { messages: { nodes: { text: string }[] } }[]
  }>('{ conversations(first: 1) { nodes { messages { nodes { text } } } } }')
  return (nodes[0]?.messages.nodes ?? []).map(({ text }) => text)
}

const hours = 'We are open Monday to Friday, 9:00 to 18:00, and on Saturday until 14:00.'
const connecting = "I'm connecting you with a person from our team. They will answer you right here."

test('the customer writes, Fin answers and hands off, the agent replies: all of it appears as it happens', async () => {
  await openSignedIn()
  await seen(desk.feed).toBe('live')
  expect(page.url()).toBe(`${url}/`)
  await seen(() => desk.counter('Garden shop', 'open')).toBe(2)
  expect(await desk.counter('Fin', 'open')).toBe(0)
  const before = await desk.rows()
  expect(before.join()).toContain('Mower does not start')

  await desk.write('When do you open?', 'New conversation')
  await seen(desk.messages).toEqual(['When do you open?', hours])
  await seen(desk.rows).toHaveLength(before.length + 1)
  await seen(() => desk.counter('Fin', 'open')).toBe(1)
  await seen(() => desk.counter('Fin', 'with Fin')).toBe(1)

  await desk.write('I want to talk to a person.', 'Write here')
  await seen(desk.messages).toEqual(['When do you open?', hours, 'I want to talk to a person.', connecting])
  await seen(desk.happenings).toContainEqual(expect.stringContaining('handed off by Fin'))
  await seen(async () => (await desk.rows())[0]).toContain('waits for a human')
  await seen(() => desk.counter('Fin', 'unassigned')).toBe(1)

  await desk.reply('Here is a person.\n\nWith <b>two</b> paragraphs.')
  await seen(async () => (await desk.messages()).slice(4)).toEqual([
    expect.stringMatching(/^Here is a person\.\s+With <b>two<\/b> paragraphs\.$/),
  ])
  await seen(desk.happenings).toContainEqual(expect.stringContaining('assigned to Admin'))
  await seen(() => desk.counter('Fin', 'unassigned')).toBe(0)
})

test('a conversation of the sample shows its notes, marked as such', async () => {
  await openSignedIn()
  await desk.choose('Wrong size of raised bed')
  await seen(desk.notes).toEqual([
    expect.stringMatching(/note, not shown to the customer.*the warehouse mixed them up/),
  ])
  expect(await desk.messages()).toHaveLength(3)
})

test('after kill -9 of the server, while the customer writes on, nothing is missing and nothing there twice', async () => {
  await openSignedIn()
  await desk.write('When do you open?', 'New conversation')
  await seen(desk.messages).toEqual(['When do you open?', hours])

  server.process.kill('SIGKILL')
  await server.ended
  await seen(desk.feed).toMatch(/waiting|connecting/)
  await desk.write('How much is shipping?', 'Write here')
  await desk.reply('Written while the server was away')
  await page.getByText('The server does not answer.').waitFor()
  server = await startServer()

  await seen(desk.feed).toBe('live')
  await desk.repeatReply()
  await seen(desk.messages).toContain('Written while the server was away')
  await seen(desk.messages).toContain('How much is shipping?')
  await desk.write('Good bye', 'Write here')
  await seen(desk.messages).toContain('Good bye')

  const stored = await newestMessages()
  const written = ['When do you open?', hours, 'How much is shipping?', 'Good bye']
  for (const text of [...written, 'Written while the server was away'])
    expect(stored.filter((other) => other === text)).toEqual([text])
  await seen(desk.messages).toEqual(stored)
  await page.reload()
  await page.getByRole('navigation').getByRole('button').first().click()
  await seen(desk.messages).toEqual(stored)
})

test('a reply whose answer is lost is sent again and stored once', async () => {
  await openSignedIn()
  await desk.write('When do you open?', 'New conversation')
  await seen(desk.messages).toEqual(['When do you open?', hours])
  await page.route(
    `${url}/graphql`,
    async (route) => {
      await route.fetch()
      await route.abort()
    },
    { times: 1 },
  )
  await desk.reply('Only once')
  await page.getByText('The server does not answer.').waitFor()
  await desk.repeatReply()
  await seen(() => page.getByLabel('Reply as the agent').inputValue()).toBe('')
  await desk.reply('And another')
  await seen(desk.messages).toEqual(['When do you open?', hours, 'Only once', 'And another'])
})

test('without a token it says where to get one; without an emulator, how to start one', async () => {
  await page.goto(url)
  await page.getByText('Open the link that npm start prints.').waitFor()
  expect(await page.locator('main').isVisible()).toBe(false)

  await page.goto(`${url}/#token=${token}`)
  await seen(desk.feed).toBe('live')
  await desk.write('Hello?', 'New conversation')
  await page.getByText('npm run demo -- --stay').waitFor()
})

test('a token that is refused shows why, and asks for another', async () => {
  await page.goto(`${url}/#token=gda_wrong`)
  await page.getByRole('heading', { name: 'Not signed in' }).waitFor()
  expect(await desk.feed()).toBe('closed')
  expect(await page.locator('#sign-in-reason').textContent()).toMatch(/token/i)
})
