import { afterEach, beforeEach, expect, type MockInstance, onTestFinished, test, vi } from 'vitest'
import { check } from '../../../fin-emulator/check/program.js'
import { variantNames } from '../../../fin-emulator/connection.js'
import { OptionsError } from '../../../fin-emulator/options.js'
import { operationNames } from '../../../fin-emulator/variant.js'
import { after, type Breakage, dataOnly, unknown } from './helpdesk/breakage.js'
import { clientId, clientSecret, signingSecret } from './helpdesk/secrets.js'
import { startHelpdesk } from './helpdesk/start.js'

let printed: MockInstance<typeof console.log>
beforeEach(() => {
  printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(() => printed.mockRestore())

const otherUser = after('get_user', (user) => Object.assign(user, { id: 'user_other' }))
const secrets = ['--client-id', clientId, '--client-secret', clientSecret]

async function run(broken: Breakage, ...flags: string[]) {
  const helpdesk = await startHelpdesk(broken)
  onTestFinished(() => helpdesk.stop())
  const flagsOfAll = [helpdesk.url, ...secrets, '--signing-secret', signingSecret, ...flags]
  const status = await check(flagsOfAll, {})
  return { status, text: printed.mock.calls.flat().join('\n') }
}

test('prints a table of both variants, and ends well when nothing known failed', async () => {
  const { status, text } = await run(unknown('get_user', 400))
  expect(status).toBe(0)
  expect(text).toMatch(/posts\s+get_user/)
  expect(text).toMatch(/rest\s+get_user/)
  expect(text).toContain('assumed: The errors of operations are unknown')
  expect(text).toContain('expected HTTP 404')
  expect(text).toMatch(/\d+ passed, 0 failed, 2 assumed failed$/)
})

test('ends badly when a known point failed, also for programs', async () => {
  const { status, text } = await run(otherUser, '--variant', 'posts', '--json')
  expect(status).toBe(1)
  const { failed, points } = JSON.parse(text)
  expect(failed).toBe(1)
  expect(points.find(({ failure }: { failure: unknown }) => failure !== null)).toMatchObject({
    variant: 'posts',
    id: 'getUser.finds',
    assumed: false,
  })
})

test.each([
  { variant: 'posts', status: 0, counted: { failed: 0, assumed: 1 } },
  { variant: 'rest', status: 1, counted: { failed: 1, assumed: 0 } },
])('what one variant leaves open only warns there: $variant', async ({ variant, status, counted }) => {
  const found = await run(dataOnly('create_message'), '--variant', variant, '--json')
  expect(found.status).toBe(status)
  const { points, ...summary } = JSON.parse(found.text)
  expect(summary).toMatchObject(counted)
  expect(points.find(({ failure }: { failure: unknown }) => failure !== null)).toMatchObject({
    id: 'createMessage.bare',
    assumed: status === 0,
  })
})

test.each(variantNames)('finds operations where they are said to live: %s', async (variant) => {
  const helpdesk = await startHelpdesk({}, (operation, of) => `/${of}/${operation}.php`)
  onTestFinished(() => helpdesk.stop())
  const flags = [helpdesk.url, ...secrets, '--signing-secret', signingSecret, '--variant', variant]
  const paths = operationNames.map((operation) => `--path=${operation}=/${variant}/${operation}.php`)
  await expect(check([...flags, ...paths.slice(1)], {})).resolves.toBe(1)
  const whole = `--path=get_user=${helpdesk.url}/${variant}/get_user.php`
  await expect(check([...flags, ...paths.slice(1), whole, '--json'], {})).resolves.toBe(0)
  expect(JSON.parse(printed.mock.lastCall?.[0])).toMatchObject({ failed: 0, assumed: 0 })
})

test('says what is wrong with its flags, and whom it cannot reach', async () => {
  await expect(check([], {})).rejects.toThrow(OptionsError)
  await expect(check(['localhost:4000', ...secrets], {})).rejects.toThrow(/address/)
  await expect(check(['http://127.0.0.1:1', '--variant', 'soap', ...secrets], {})).rejects.toThrow(
    /--variant/,
  )
  await expect(check(['http://127.0.0.1:1'], {})).rejects.toThrow(/--client-id/)
  for (const path of ['get_nothing=/x', 'get_user', 'get_user=x']) {
    await expect(check(['http://127.0.0.1:1', ...secrets, '--path', path], {})).rejects.toThrow(/--path/)
  }
  await expect(check(['http://127.0.0.1:1', ...secrets], {})).rejects.toThrow(/ECONNREFUSED/)
  const helpdesk = await startHelpdesk()
  onTestFinished(() => helpdesk.stop())
  await expect(check([helpdesk.url, ...secrets, '--client-secret', 'wrong'], {})).rejects.toThrow(/no token/)
})
