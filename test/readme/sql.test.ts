import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { grantToApp, migrate } from '../../src/database/migrate.js'
import { startServer } from '../../src/server.js'
import { readDocuments } from './documents.js'

const blocks = readDocuments().flatMap((document) => document.blocks)

test('the roles that the README makes can run Graphdesk, and only the owner changes the schema', async () => {
  const suffix = randomBytes(4).toString('hex')
  const own = (text: string) => text.replaceAll(/\bgraphdesk(_\w+)?\b/g, (name) => `${name}_${suffix}`)
  const setUp = blocks.find(({ info, text }) => info === 'sql' && text.includes('CREATE ROLE'))?.text ?? ''
  const statements = own(setUp).split(';\n').filter(Boolean)
  expect(statements).toHaveLength(3)
  for (const statement of statements) await query(inject('cluster').ownerUrl, statement)
  onTestFinished(async () => {
    await query(inject('cluster').ownerUrl, own('DROP DATABASE graphdesk WITH (FORCE)'))
    await query(inject('cluster').ownerUrl, own('DROP ROLE graphdesk_owner'))
    await query(inject('cluster').ownerUrl, own('DROP ROLE graphdesk_app'))
  })

  const exported = blocks.find(({ text }) => text.includes('export DATABASE_URL='))?.text ?? ''
  const urlOf = (name: string) => {
    const url = new URL(own(new RegExp(`${name}='(.*)'`).exec(exported)?.[1] ?? ''))
    const { host } = new URL(inject('cluster').ownerUrl)
    return Object.assign(url, { host }).href
  }
  const url = urlOf('DATABASE_URL')
  const directUrl = urlOf('DATABASE_DIRECT_URL')

  expect(await migrate(directUrl)).not.toEqual([])
  await grantToApp(directUrl, new URL(url).username)
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    secretKey: 'a secret key for tests',
    corsOrigins: [],
    allowPrivateWebhooks: false,
    filesDir: tmpdir(),
    rateLimit: 1_000,
    database: { url, directUrl, poolSize: 2, preparedStatements: true },
    report: (error) => {
      throw error
    },
  })
  try {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  } finally {
    await server.stop()
  }
  await expect(query(url, 'CREATE TABLE not_mine (id int)')).rejects.toThrow('permission denied')

  const renewal = blocks.find(({ info, text }) => info === 'sql' && text.includes('UPDATE event_log'))?.text
  const { rowCount } = await query(directUrl, renewal ?? '')
  expect(rowCount).toBe(1)
})

async function query(connectionString: string, statement: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}
