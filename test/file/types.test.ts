import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { isOneOf, isProgram, mayBe } from '../../src/file/type.js'
import { compound, image, shortcut, utf16, zipOf } from './content.js'
import { png } from './upload.js'

const html = Buffer.from('<!doctype html><script>alert(1)</script>')
const xml = Buffer.from('<?xml version="1.0"?><a/>')
const docx = zipOf(
  '[Content_Types].xml',
  '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
)
const ogg = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(24), Buffer.from('fishead\0'), Buffer.alloc(64)])
const office = 'application/vnd.openxmlformats-officedocument.'

test.each([
  ['an animated image', 'image/png', image('acTL')],
  ['a sheet that Excel saved as Unicode text', 'text/csv', utf16('Name\tAmount\r\nx\t1\r\n')],
  ['the same, under the sheet’s own type', 'application/vnd.ms-excel', utf16('Name\tAmount\r\nx\t1\r\n')],
  ['a text from Notepad', 'text/plain', utf16('hello')],
  ['a text in the other order', 'text/plain', utf16('hello').swap16()],
  ['a registry file', 'text/plain', utf16('Windows Registry Editor Version 5.00\r\n')],
  ['XML in UTF-16', 'text/xml', utf16('<?xml version="1.0"?><a/>')],
  ['rich text', 'text/rtf', Buffer.from('{\\rtf1\\ansi hello}')],
  ['rich text that Word saved', 'application/msword', Buffer.from('{\\rtf1\\ansi hello}')],
  ['a document, called an archive', 'application/zip', docx],
  ['a document, called an archive by Windows', 'application/x-zip-compressed', docx],
  ['an archive with a manifest', 'application/zip', zipOf('META-INF/MANIFEST.MF', 'x')],
  ['an archive with a certificate', 'application/zip', zipOf('META-INF/mozilla.rsa', 'x')],
  ['a document under an older type', 'application/msword', docx],
  ['a document of Apple’s', 'application/x-iwork-pages-sffpages', zipOf('Index/Document.iwa', 'x')],
  ['XML, called a text', 'text/plain', xml],
  ['XHTML, called HTML', 'text/html', Buffer.from('<?xml version="1.0"?><html/>')],
  ['XML of a sheet', 'application/vnd.ms-excel', xml],
  ['RAR', 'application/vnd.rar', Buffer.from('526172211a0700cf907300000d00000000000000', 'hex')],
  ['an icon', 'image/vnd.microsoft.icon', Buffer.from('0000010001001010000001002000680400001600', 'hex')],
  ['a bitmap', 'image/x-ms-bmp', Buffer.from('424d9a0000000000000036000000280000000400', 'hex')],
  ['a card', 'text/x-vcard', Buffer.from('BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD')],
  ['a calendar, called a text', 'text/plain', Buffer.from('BEGIN:VCALENDAR\r\n')],
  ['a table that begins like sound', 'text/csv', Buffer.from('MAC address,IP\n')],
  ['a table that begins like a database', 'text/csv', Buffer.from('PARENT,CHILD\n')],
  ['a text that begins like a bitmap', 'text/plain', Buffer.from('BMW, Größe 3\n')],
  ['a text that begins like a program', 'text/plain', Buffer.from('MZ is Mozambique\n')],
  ['a packed folder', 'application/x-compressed-tar', gzipSync('hello')],
  ['sound in a container', 'audio/ogg', ogg],
  ['an old document', 'application/msword', compound],
  ['an old sheet', 'application/vnd.ms-excel', compound],
  ['a message of Outlook’s', 'application/vnd.ms-outlook', compound],
  ['a document with a password', `${office}wordprocessingml.document`, compound],
])('content is taken that is %s', async (_, type, content) => {
  expect(await mayBe(type, content)).toBe(true)
})

test.each([
  ['a shortcut', 'application/octet-stream', shortcut],
  ['a shortcut, called a text', 'text/plain', shortcut],
  ['a program behind a mark of UTF-8', 'text/plain', Buffer.from('\ufeffMZ\0\0\0')],
  ['an installer', 'application/octet-stream', compound],
  ['an installer, called what it looks like', 'application/x-cfb', compound],
  ['an installer, called an archive', 'application/zip', compound],
  ['an installer, called a package of Microsoft’s', 'application/vnd.ms-cab-compressed', compound],
  ['a page in UTF-16, called sound', 'audio/mpeg', utf16('<!doctype html>')],
  ['XML, called sound', 'audio/mpeg', xml],
  ['an archive, called an image', 'image/png', docx],
  ['an image, called a document', `${office}wordprocessingml.document`, png],
])('content is not taken that is %s', async (_, type, content) => {
  expect(await mayBe(type, content)).toBe(false)
})

test.each([
  'application/x-ms-shortcut',
  'application/x.ms.shortcut',
  'application/x-msi',
  'application/vnd.ms-msi',
])('nobody may announce %s', (type) => {
  expect(isProgram(type)).toBe(true)
})

test.each(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])(
  'what a browser shows as %s is that',
  async (type) => {
    const svg = Buffer.from('<?xml version="1.0"?><svg onload="alert(1)"/>')
    for (const content of [html, xml, svg, utf16(html.toString()), docx, compound, ogg, shortcut])
      expect(await mayBe(type, content)).toBe(false)
  },
)

const limit = ['image/*', 'application/*', 'audio/*', 'text/*']

test.each([
  ['nobody can tell', 'image/x-anything', html],
  ['nobody can tell', 'image/vnd.foo', html],
  ['nobody can tell', 'application/x-of-our-own', html],
  ['is everything', 'application/octet-stream', html],
  ['is everything', 'application/octet-stream', png],
  ['does not always show', 'application/rtf', html],
])('a pattern takes no content of a type that %s: %s', async (_, type, content) => {
  expect(isOneOf(type, limit)).toBe(true)
  expect(await mayBe(type, content, limit)).toBe(false)
  expect(await mayBe(type, content, [...limit, type])).toBe(true)
  expect(await mayBe(type, content, [])).toBe(true)
})

test.each([
  ['image/png', png],
  ['image/x-ms-bmp', Buffer.from('424d9a0000000000000036000000280000000400', 'hex')],
  ['application/msword', compound],
  ['text/csv', Buffer.from('a,b\n')],
  ['text/html', html],
  ['text/x-of-our-own', utf16('hello')],
])('a pattern takes what can be told, and text: %s', async (type, content) => {
  expect(isOneOf(type, limit)).toBe(true)
  expect(await mayBe(type, content, limit)).toBe(true)
})

test('a pattern takes no type of XML, which may hold scripts', () => {
  for (const type of ['image/svg+xml', 'image/foo+xml', 'application/xhtml+xml']) {
    expect(isOneOf(type, limit)).toBe(false)
    expect(isOneOf(type, [...limit, type])).toBe(true)
    expect(isOneOf(type, [])).toBe(true)
  }
})

test('a type is taken under each of its names', () => {
  expect(isOneOf('application/x-zip-compressed', ['application/zip'])).toBe(true)
  expect(isOneOf('image/jpeg', ['image/jpg'])).toBe(true)
  expect(isOneOf('text/rtf', ['application/pdf'])).toBe(false)
})
