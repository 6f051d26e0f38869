import { expect, onTestFinished, test } from 'vitest'
import { migrate } from '../../src/database/migrate.js'
import { connectTo, createDatabase } from '../support/database.js'

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
  ['réception', 're\u0301ception'],
  ['ガス料金', 'ｶﾞｽ料金'],
  ['ＡＢＣ １２', 'abc 12'],
]

const parcel = '商品SK12の配送が遅れています。いつ届きますか'

/** In scripts that set no space between words. */
const within: [asked: string, said: string, isFound: boolean][] = [
  ['配送', parcel, true],
  ['配送が遅れ', parcel, true],
  ['遅れ 商品', parcel, true],
  ['sk12 届き', parcel, true],
  ['SK12の', parcel, true],
  ['配', parcel, true],
  ['か', parcel, true],
  ['品', '商品', true],
  ['遅配', parcel, false],
  ['す。い', parcel, true],
  ['すい', parcel, false],
  ['返送', parcel, false],
  ['返', parcel, false],
  ['我的订单在哪里', '你好，我的订单在哪里？', true],
  ['订单', '你好，我的订单在哪里？', true],
  ['배송', '배송이 늦어요', true],
  ['늦어', '배송이 늦어요', true],
  ['พัสดุ', 'พัสดุของฉันอยู่ที่ไหน', true],
  ['ที่ไหน', 'พัสดุของฉันอยู่ที่ไหน', true],
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
    for (const [asked, said, isFound] of within) {
      const { rows } = await database.query('select folded_words($1) @@ folded_query($2) as found', [
        said,
        asked,
      ])
      expect([asked, said, rows[0]]).toEqual([asked, said, { found: isFound }])
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

test('the longest text fits, whatever it says', async () => {
  const database = await databaseOf(locales.C)
  let state = 1
  const random = (below: number) => {
    state = (state * 48_271) % 0x7fffffff
    return state % below
  }
  const letters = (first: number, count: number) =>
    Array.from({ length: 100_000 }, () => String.fromCodePoint(first + random(count)))
  const foldedIntoMany = Array.from('㌇㌕㌖㌗㌙㌚㌠㌫㌮㌲㌴㌶㍇㍊㍖')
  const scripts = [
    letters(0x20000, 40_000),
    letters(0xac00, 11_000),
    letters(0xe01, 0x2e),
    letters(0x10000, 0x10000),
    Array.from({ length: 100_000 }, () => foldedIntoMany[random(foldedIntoMany.length)]),
  ]
  for (const script of scripts) {
    for (const text of [script.join(''), script.map((one, at) => (at % 9 ? one : ' ')).join('')]) {
      const { rows } = await database.query('select folded_words($1) as words', [text])
      expect(rows).toEqual([{ words: expect.any(String) }])
    }
  }
})

/** Latin, Greek, Cyrillic and Armenian where they were complete long ago: the server's Unicode may be years old. */
const complete = /^[\u0041-\u058f\u1e00-\u1fff]$/

function lettersInBothCases(): [string, string][] {
  return Array.from({ length: 0x2000 }, (_, code) => String.fromCodePoint(code))
    .map((small): [string, string] => [small, small.toUpperCase()])
    .filter(([small, capital]) => small !== capital && capital.toLowerCase() === small)
    .filter((pair) => pair.every((letter) => complete.test(letter)))
}

async function databaseOf(locale: string) {
  const { ownerUrl, drop } = await createDatabase({ empty: true, options: `ENCODING 'UTF8' ${locale}` })
  onTestFinished(drop)
  await migrate(ownerUrl)
  return connectTo(ownerUrl)
}
