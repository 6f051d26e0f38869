import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { migrate } from '../../src/database/migrate.js'

// By the locale of its database, one knows no letter but ASCII, and another takes I for the capital of ı.
const locales = {
  C: `LOCALE 'C'`,
  'that of Turkish': `LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'tr'`,
}

const alike = [
  ['Überweisung', 'ÜBERWEISUNG'],
  ['Иван', 'ИВАН'],
  ['Straße', 'STRASSE'],
  ['straße', 'STRAẞE'],
  ['Σίσυφος', 'ΣΊΣΥΦΟΣ'],
  ['„Öl“', '«öl»'],
  ['öl\u00a0preis', 'ÖL\u2014PREIS'],
  ['ISPARTA', 'ısparta'],
  ['İzmir', 'izmir'],
  ['Info', 'INFO'],
  ['Հայաստան', 'ՀԱՅԱՍՏԱՆ'],
]

test.each(Object.entries(locales))(
  'where the locale is %s, words are found in whatever case',
  async (_, locale) => {
    const database = await databaseOf(locale)
    for (const [one, other] of [...alike, ...alike.map(([a, b]) => [b, a])]) {
      const { rows } = await database.query('select folded_words($1) @@ folded_query($2) as found', [
        one,
        other,
      ])
      expect([one, other, rows[0]]).toEqual([one, other, { found: true }])
    }
    const pairs = lettersInBothCases()
    const { rows: apart } = await database.query(
      'select * from unnest($1::text[], $2::text[]) as pair (small, capital) where folded(small) <> folded(capital)',
      [pairs.map(([small]) => small), pairs.map(([, capital]) => capital)],
    )
    expect(apart).toEqual([])
    expect(pairs.length).toBeGreaterThan(500)
  },
)

/** Latin, Greek, Cyrillic and Armenian where they were complete long ago: the server's Unicode may be years old. */
const complete = /^[\u0041-\u058f\u1e00-\u1fff]$/

function lettersInBothCases(): [string, string][] {
  return Array.from({ length: 0x2000 }, (_, code) => String.fromCodePoint(code))
    .map((small): [string, string] => [small, small.toUpperCase()])
    .filter(([small, capital]) => small !== capital && capital.toLowerCase() === small)
    .filter((pair) => pair.every((letter) => complete.test(letter)))
}

async function databaseOf(locale: string) {
  const { ownerUrl } = inject('cluster')
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = await connect(ownerUrl)
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ${locale}`)
  onTestFinished(async () => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  })
  const url = Object.assign(new URL(ownerUrl), { pathname: `/${name}` }).href
  await migrate(url)
  const client = await connect(url)
  // The drop ends it.
  client.on('error', () => undefined)
  return client
}

async function connect(connectionString: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
}
