import { expect } from 'vitest'
import { freePort } from '../../../fin-emulator/demo/freePort.js'
import { projectRoot } from '../../../src/root.js'
import type { TestDatabase } from '../../support/database.js'
import { type Program, startProgram } from '../../support/program.js'

export const token = 'a-token-for-tests-long-enough-for-one'

export interface Node {
  port: number
  url: string
  program: Program
}

/** A node in a process of its own; of this release, or of the one in a folder. */
export async function startNode(
  database: Pick<TestDatabase, 'appUrl'>,
  env: Record<string, string> = {},
  release = projectRoot,
): Promise<Node> {
  const port = await freePort()
  const variables = {
    DATABASE_URL: database.appUrl,
    HOST: '127.0.0.1',
    PORT: String(port),
    SECRET_KEY: 'a secret key for tests',
    MIGRATE: 'false',
    SAMPLE_DATA: 'false',
    ADMIN_TOKEN: token,
    RATE_LIMIT: '10000000',
    LOG_LEVEL: 'error',
    ...env,
  }
  const program = startProgram([], variables, release, release)
  await program.prints(/ready at/)
  return { port, url: `http://127.0.0.1:${port}`, program }
}

export async function stopNode(node: Node | undefined) {
  node?.program.process.kill('SIGTERM')
  if (node) expect(await node.program.ended).toBe(0)
}
