import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createGraphql } from '../../fin-emulator/demo/graphql.js'
import { temporaryDataDir } from '../support/dataDir.js'
import { startProgram } from '../support/program.js'

const patience = 300_000

test('the demo plays whole conversations, names what came through which API, and leaves nothing behind', {
  timeout: patience,
}, async () => {
  const folder = temporaryDataDir()
  mkdirSync(folder)
  const { status, printed } = await runDemo([], { TMPDIR: folder, TEMP: folder, TMP: folder })
  expect(status, printed).toBe(0)

  for (const step of [
    /Fin messenger +Nora Quist opens a conversation: Hi, my parcel/,
    /Fin API +create_user 201, create_conversation 201, .*create_message 201, update_conversation 200/,
    /Fin API +Fin answers: Hello Nora/,
    /subscription +Ada Lindgren sees ConversationOpened/,
    /Fin messenger +Nora Quist writes: .*I'd like a person/,
    /Fin API +Fin hands off: update_conversation with assignee_id null/,
    /subscription +Ada Lindgren connects again and resumes/,
    /subscription +Ada Lindgren sees HandedOff/,
    /GraphQL +Ada Lindgren notes: .*Malmö <depot 3>/,
    /GraphQL +Ada Lindgren types/,
    /webhook +agent_typing/,
    /GraphQL +Ada Lindgren replies: Hi Nora, this is Ada/,
    /webhook +Fin is told/,
    /Fin API +get_user 200, get_conversation 200, get_messages 200, update_conversation 200/,
    /subscription +Ada Lindgren sees AssignmentChanged/,
    /Fin messenger +Nora Quist reads Ada Lindgren's reply/,
    /GraphQL +Ada Lindgren resolves the conversation/,
    /Fin messenger +Nora Quist sees that it is resolved/,
    /check +9 messages, each exactly once .* 4 changes by Ada Lindgren, 5 webhooks/,
    /Every step was seen to happen: 2 conversations, 6 changes by a human/,
  ]) {
    expect(printed).toMatch(step)
  }
  expect(readdirSync(folder)).toEqual([])
})

test('`--stay` starts a helpdesk and Fin for a page, and ends with Ctrl-C', {
  timeout: patience,
}, async () => {
  const folder = temporaryDataDir()
  mkdirSync(folder)
  const demo = startProgram(['fin-emulator/demo.js', '--stay'], { TMPDIR: folder, TEMP: folder, TMP: folder })
  onTestFinished(async () => {
    demo.process.kill('SIGTERM')
    await demo.ended
  })
  const [, link = ''] = await demo.prints(/signed in as Ada Lindgren: .*?(http\S+#token=[\w%&=.-]+)/)
  const { origin, pathname, search, hash } = new URL(link)
  expect([pathname, search]).toEqual(['/', ''])
  const given = new URLSearchParams(hash.slice(1))
  const agent = createGraphql(origin, given.get('token') ?? '')
  expect(await agent.ask<unknown[]>('{ inboxes { name } }')).toHaveLength(3)

  // As the page does it.
  const opened = await fetch(`${given.get('emulator')}/messenger/conversations`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ user: { name: 'Robin' }, body: 'When do you open?' }),
  })
  expect(opened.headers.get('access-control-allow-origin')).toBe(origin)
  const { helpdesk_id: id } = (await opened.json()) as { helpdesk_id: string }
  const { messages } = await agent.ask<{ messages: { nodes: { text: string }[] } }>(
    'query ($id: ID!) { conversation(id: $id) { messages { nodes { text } } } }',
    { id },
  )
  expect(messages.nodes).toEqual([
    { text: 'When do you open?' },
    { text: expect.stringContaining('We are open Monday') },
  ])

  demo.process.kill('SIGINT')
  expect(await demo.ended, demo.output()).toBe(0)
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['that is missing', null, /cannot be read: ENOENT/],
  ['that is not JSON', '[{"id": ', /is not JSON/],
  [
    'without what it takes',
    '[{"id":"a","customer":{},"turns":[{"who":"bot","text":"Hi"}]},{"id":"b","customer":{},"turns":[]}]',
    /need one of the customer\n.*at \[1\]\.turns\n.*expected one of "customer"\|"agent"\|"action"\n.*at \[0\]\.turns\[0\]\.who/,
  ],
])(
  'a file %s ends the demo with status 1 and the reason',
  { timeout: patience },
  async (_, content, reason) => {
    const folder = temporaryDataDir()
    mkdirSync(folder)
    const file = path.join(folder, 'transcripts.json')
    if (content !== null) writeFileSync(file, content)
    const { status, printed } = await runDemo([file])
    expect(status).toBe(1)
    expect(printed).toContain(file)
    expect(printed).toMatch(reason)
  },
)

async function runDemo(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['start.mjs', 'fin-emulator/demo.js', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const [status] = await once(child, 'close')
  return { status, printed: stripVTControlCharacters(printed) }
}
