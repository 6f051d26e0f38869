import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { projectRoot } from '../../../src/root.js'

/** The last commit of the previous release: Fin's contract was done, the feed one table. Each release moves it on by one. */
const commit = '09f96cefc6ecd6b81f7b5cfaaa80740444a23b6c'

export interface Release {
  /** Where it lies, installed and built. */
  folder: string
  remove(): void
}

const execute = promisify(execFile)

/** Takes the previous release from the history into a folder of its own; needs git, tar, npm and npm's registry. */
export async function takePreviousRelease(): Promise<Release> {
  await requireInHistory()
  const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-previous-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const archive = path.join(folder, 'release.tar')
  try {
    await step('taken from the history', projectRoot, 'git', ['archive', '--output', archive, commit])
    await step('unpacked', folder, 'tar', ['-xf', archive])
    await step('installed', folder, 'npm', ['ci', '--no-audit', '--no-fund'])
    await step('built', folder, process.execPath, ['build.mjs'])
  } catch (error) {
    remove()
    throw error
  }
  return { folder, remove }
}

async function requireInHistory() {
  try {
    await execute('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: projectRoot })
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string }
    const advice = 'A shallow clone is completed by: git fetch --unshallow'
    throw new Error(
      `The history does not hold the previous release, ${commit}. ${advice}\n${stderr || message}`,
      { cause },
    )
  }
}

/** Says so before and after: some take minutes. */
async function step(what: string, cwd: string, program: string, args: string[]) {
  console.log(`The previous release is being ${what} …`)
  const began = performance.now()
  try {
    await execute(program, args, { cwd, maxBuffer: Number.POSITIVE_INFINITY })
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string }
    throw new Error(`The previous release could not be ${what}:\n${stdout}${stderr}`, { cause })
  }
  console.log(`The previous release is ${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`)
}
