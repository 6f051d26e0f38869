import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { projectRoot } from '../../src/root.js'

const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Each check is a process. */
const patiently = { timeout: 120_000 }

const printed = readFileSync(path.join(projectRoot, 'schema/schema.graphql'), 'utf8')

/** What the check of CI says of going from one schema to another. */
function check(released: string, current: string, today = '2027-01-01'): string[] {
  const files = Object.entries({ released, current }).map(([name, text]) => {
    const file = path.join(folder, `${name}.graphql`)
    writeFileSync(file, text)
    return file
  })
  const run = spawnSync(process.execPath, ['.ci/schema.mjs', ...files, today], {
    cwd: projectRoot,
    encoding: 'utf8',
  })
  const faults = run.stderr.split('\n').filter(Boolean)
  expect(run.status, run.stderr).toBe(faults.length > 0 ? 1 : 0)
  expect(run.stdout).toContain(`${faults.length} faults`)
  return faults
}

/** The schema with something replaced that it must have. */
function without(part: string | RegExp, by = ''): string {
  const text = printed.replace(part, by)
  expect(text, String(part)).not.toBe(printed)
  return text
}

const deprecated = (reason: string) =>
  without(/^ {2}preview: String$/m, `  preview: String @deprecated(reason: ${JSON.stringify(reason)})`)
const gone = without(/^ {2}"""[^"]*"""\n {2}preview: String\n/m)

test('every type, field, argument, enum value and input field has a description, and no client loses anything', () => {
  const run = spawnSync(process.execPath, ['.ci/schema.mjs'], { cwd: projectRoot, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
})

test('what loses its description is named', patiently, () => {
  const types = without(/"""[^"]*"""\n(?=type Conversation )/)
  expect(check(printed, types)).toEqual(['Conversation has no description'])
  const fields = without(/"""[^"]*"""\n(?= {2}preview: String$)/m)
  expect(check(printed, fields)).toEqual(['Conversation.preview has no description'])
  const args = without(
    /"""[^"]*"""\n(?= {4}unlessSignature: String\n {2}\): ConversationConnection!\n\n {2}"""\n {2}What was sent)/,
  )
  expect(check(printed, args)).toEqual(['Query.conversations.unlessSignature has no description'])
  const values = without(/"""[^"]*"""\n(?= {2}SNOOZED\n)/)
  expect(check(printed, values)).toEqual(['ConversationStatus.SNOOZED has no description'])
  const inputs = without(/"""[^"]*"""\n(?= {2}unassigned: Boolean\n)/)
  expect(check(printed, inputs)).toEqual(['ConversationFilter.unassigned has no description'])
})

test('a field that is gone, another type or a new argument that is needed breaks clients', patiently, () => {
  expect(check(printed, gone)).toEqual([
    "Breaking: Field 'preview' was removed from object type 'Conversation'",
  ])
  expect(check(printed, without(/^ {2}preview: String$/m, '  preview: Int'))[0]).toMatch(
    /^Breaking: .*preview/,
  )
  const needed = without(/^ {2}conversation\(/m, '  conversation("Which." also: Int!, ')
  expect(check(printed, needed)[0]).toMatch(/^Breaking: .*also/)
})

test('what is added breaks nobody', patiently, () => {
  const more = without(/^ {2}preview: String$/m, '  preview: String\n  "New."\n  brandNew: String')
  expect(check(printed, more)).toEqual([])
  expect(check(printed, without(/^ {2}SNOOZED$/m, '  SNOOZED\n  "New."\n  BRAND_NEW'))).toEqual([])
})

test('a deprecated field goes six months after it was announced, and not before', patiently, () => {
  const announced = deprecated('Since 2026-12-01, use `messages`.')
  expect(check(printed, announced)).toEqual([])
  expect(check(announced, gone, '2027-05-31')).toHaveLength(1)
  expect(check(announced, gone, '2027-06-01')).toEqual([])
  // One that no release has announced.
  expect(check(printed, gone, '2027-06-01')).toHaveLength(1)
})

test('a deprecation says since when, and what to use', patiently, () => {
  for (const reason of ['It is old.', 'Since 2026-12-01, do not.', 'Use `messages`.']) {
    expect(check(printed, deprecated(reason))).toEqual([expect.stringContaining('Conversation.preview')])
  }
})
