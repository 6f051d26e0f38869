import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, expect, type MockInstance, onTestFinished, test, vi } from 'vitest'
import { OptionsError } from '../../../fin-emulator/options.js'
import { play } from '../../../fin-emulator/play/program.js'
import { startFakeHelpdesk } from '../fakeHelpdesk.js'

const folder = mkdtempSync(path.join(tmpdir(), 'play-'))
afterAll(() => rmSync(folder, { recursive: true }))

let printed: MockInstance<typeof console.log>
beforeEach(() => {
  printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(() => printed.mockRestore())

const output = () => printed.mock.calls.flat().join('\n')

let files = 0
function fileOf(text: string): string {
  const file = path.join(folder, `${++files}.ndjson`)
  writeFileSync(file, text)
  return file
}

const conversations = (count: number) =>
  fileOf(
    Array.from({ length: count }, (_, index) =>
      JSON.stringify({ id: `c-${index}`, turns: ['Hi', ' ', `Question ${index}?`, 'Thanks, bye'] }),
    ).join('\n'),
  )

async function startHelpdesk() {
  const helpdesk = await startFakeHelpdesk()
  onTestFinished(() => helpdesk.stop())
  const flags = ['--helpdesk', helpdesk.url, '--client-id', 'client', '--client-secret', 'secret']
  return { helpdesk, flags }
}

test('plays every conversation, turn by turn, and ends well when all copies are equal', async () => {
  const { helpdesk, flags } = await startHelpdesk()
  expect(await play([conversations(12), ...flags], {})).toBe(0)
  expect(output()).toMatch(
    /12 of 12 conversations\n12 conversations \(.*\) with \d+ messages \(.*\), 0 different$/,
  )
  const said = helpdesk.messages.filter(
    ({ author }) => (author as { user_type: string }).user_type === 'end_user',
  )
  expect(said).toHaveLength(36)
  for (const { id } of helpdesk.conversations) {
    const bodies = said
      .filter(({ conversation_id }) => conversation_id === id)
      .map(({ body }) => String(body))
    expect(bodies).toMatchObject(
      [/Hi/, /Question \d+\?/, /Thanks/].map((text) => expect.stringMatching(text)),
    )
  }
})

test('as many at a time as it is told', async () => {
  const { helpdesk, flags } = await startHelpdesk()
  const { arrived, release } = helpdesk.hold('create_conversation')
  const playing = play([conversations(5), ...flags, '--concurrency', '1'], {})
  await arrived
  expect(helpdesk.conversations).toHaveLength(0)
  release()
  expect(await playing).toBe(0)
  expect(helpdesk.conversations).toHaveLength(5)
})

test('ends badly, naming the conversation, when a message is not as it was sent', async () => {
  const { helpdesk, flags } = await startHelpdesk()
  const push = helpdesk.messages.push.bind(helpdesk.messages)
  helpdesk.messages.push = (message) =>
    push(
      String(message.body).includes('Question 2')
        ? Object.assign(message, { body: 'Something else' })
        : message,
    )
  expect(await play([conversations(4), ...flags], {})).toBe(1)
  expect(output()).toMatch(/^c-2: .*different message.*Something else/m)
  expect(output()).toMatch(/, 1 different$/)
})

test('says which line of the file is at fault, and which flags', async () => {
  const { flags } = await startHelpdesk()
  const good = '{"id":"a","turns":["Hi"]}'
  for (const [text, fault] of [
    [`${good}\n\n{"id":"b"`, /3 is not JSON/],
    [`${good}\n{"id":"b","turns":[]}`, /:2 is no conversation/],
    [`{"id":"b","turns":[" ",""]}`, /says nothing/],
    ['\n', /has no conversation/],
  ] as const) {
    await expect(play([fileOf(text), ...flags], {})).rejects.toThrow(fault)
  }
  for (const [wrong, fault] of [
    [[], /which file/],
    [['nowhere.ndjson'], /cannot be read/],
    [[fileOf(good), '--concurrency', '0'], /--concurrency/],
    [[fileOf(good), '--variant', 'soap'], /--variant/],
  ] as const) {
    const playing = play([...wrong, ...flags], {})
    await expect(playing).rejects.toThrow(OptionsError)
    await expect(playing).rejects.toThrow(fault)
  }
})
