import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanBody } from '../../src/message/body.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { type FinClient, fetchToken, finClient } from './finClient.js'

// What is left of a message's HTML, as Fin and every frontend are given it.
let server: TestServer
let client: FinClient
let conversation_id: string

beforeAll(async () => {
  server = await startTestServer()
  client = finClient(server, await fetchToken(server, await server.createFin()), 'posts')
  conversation_id = (await client.open()).conversation.id
})
afterAll(() => server.stop())

const say = async (body: string) => (await client.call('createMessage', { conversation_id, body })).body

test.each([
  '<p>one</p>',
  '<h1>one</h1><h2>two</h2>',
  '<b>one</b> <i>two</i> <code>three</code>',
  '<ul><li>one</li></ul><ol><li>two</li></ol>',
  'one<br />two',
  '<a href="https://shop.example/?a=1&amp;b=2">one</a>',
  '<a href="http://shop.example/">one</a> <a href="mailto:ann@example.com">two</a>',
  '<a href="https://shop.example/"><img src="https://files.example/a.png" alt="A" /></a>',
])('%s is kept', async (body) => {
  expect(await say(body)).toBe(body)
})

test.each([
  ['<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6>', '<h2>a</h2><h2>b</h2><h2>c</h2><h2>d</h2>'],
  ['<strong>a</strong> <em>b</em>', '<b>a</b> <i>b</i>'],
  ['a<script>alert(1)</script><style>b{}</style>', 'a'],
  ['<p onclick="x()" style="y" class="z">a</p>', '<p>a</p>'],
  ['<a href="javascript:alert(1)">a</a>', '<a>a</a>'],
  ['<a href=" &#106;avascript:alert(1)">a</a>', '<a>a</a>'],
  [
    '<a href="data:text/html,a">a</a> <a href="//evil.example/">b</a> <a href="/path">c</a>',
    '<a>a</a> <a>b</a> <a>c</a>',
  ],
  [
    'a<img src="data:image/png;base64,AA" alt="A &amp; B"><img src="/b.png"><img>',
    'a<i>A &amp; B</i><i>image</i>',
  ],
  ['<img src="http://a.example/a.png">', '<a href="http://a.example/a.png">http://a.example/a.png</a>'],
  ['a<iframe src="https://x.example"></iframe>', 'a'],
  ['<table><tr><th>a</th><td>b</td></tr></table>', '<p>a</p><p>b</p>'],
  ['<blockquote>a</blockquote>b<hr>c', '<p>a</p>b<br />c'],
  ['a < b & c > d', 'a &lt; b &amp; c &gt; d'],
  ['<b>a', '<b>a</b>'],
])('%s becomes %s', async (given, body) => {
  expect(await say(given)).toBe(body)
})

test('the plain text is kept for lists', async () => {
  const { id } = await client.call('createMessage', {
    conversation_id,
    body: '<h1>Title</h1>so <p>one &amp; <b>two</b></p><ul><li>three</li><li>four</li></ul>then',
  })
  const { node } = await server.must(
    'query ($id: ID!) { node(id: $id) { ... on Message { text conversation { preview } } } }',
    { id },
  )
  expect(node.text).toBe('Title\nso \none & two\nthree\nfour\nthen')
  expect(node.conversation.preview).toBe(node.text)
})

test.each(['', '  ', '<p></p>', '<p> <br></p>', '<script>a</script>', null])(
  '%j is no message, unless something is attached',
  async (body) => {
    const attachments = [{ url: 'https://files.example/a.pdf' }]
    await client.refused('createMessage', { conversation_id, body }, 400)
    await client.call('createMessage', { conversation_id, body, attachments })
  },
)

test('a body as long as a request may be', async () => {
  const body = 'x'.repeat(1_000_000)
  expect(await say(body)).toBe(body)
})

describe('whatever comes', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      '&',
      '"',
      "'",
      '=',
      '<!--',
      '-->',
      '<![CDATA[',
      'javascript:',
      'on',
      '\0',
    ),
    fc.constantFrom(
      '<a href="',
      '<img src=',
      '<svg',
      '<script>',
      '</script',
      '<p ',
      '<b>',
      '</b>',
      '<math>',
      '<style>',
    ),
  )
  const html = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))

  test('nothing but the allowed is left, and cleaning it again changes nothing', () => {
    const tag =
      /<(?!\/?(?:p|h1|h2|b|i|code|ul|ol|li)>|br \/>|\/a>|a(?: href="(?:https?|mailto):[^"<>]*")?>|img(?: (?:src="https:[^"<>]*"|alt="[^"<>]*"))+ \/>)/i
    fc.assert(
      fc.property(html, (given) => {
        const { body } = cleanBody(given)
        expect(body ?? '').not.toMatch(tag)
        expect(cleanBody(body).body).toBe(body)
      }),
      { numRuns: 2_000 },
    )
  })

  test('paragraphs of nothing but text become what they become beside anything else', () => {
    const words = fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '\r', '\t', '"', "'", 'é', '\u00a0', '😀', '\ud800'),
    })
    const paragraphs = fc.array(words).map((all) => all.map((one) => `<p>${one}</p>`).join(''))
    fc.assert(
      fc.property(fc.oneof(words, paragraphs), (given) => {
        expect(cleanBody(given)).toEqual(cleanBody(`${given}<!-- nothing -->`))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['<p>a</p>', 'a'],
    ['<li>a</li>', 'a'],
    ['line<br>', 'line'],
  ])(
    'ten megabytes of %s are read line by line: the square of it would outlast the test',
    { timeout: 300_000 },
    (unit, line) => {
      const lines = Math.floor(10_000_000 / unit.length)
      expect(cleanBody(unit.repeat(lines)).text).toBe(Array(lines).fill(line).join('\n'))
    },
  )

  test.each(['<b>', '<span>', '<ul><li>', '<b></i>', '<b><i></b>', '<a href="https://x.example">'])(
    'a megabyte of %s is only text',
    async (unit) => {
      const { body } = cleanBody(unit.repeat(Math.floor(1_000_000 / unit.length)))
      expect(body).not.toMatch(/<(?!\/?(p|li|ul|b|i|a)\b)/)
    },
  )
})
