import { Parser } from 'htmlparser2'
import sanitizeHtml from 'sanitize-html'
import { storable } from '../text.js'

const allowed: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'h1', 'h2', 'b', 'i', 'a', 'img', 'br', 'code', 'ul', 'ol', 'li'],
  allowedAttributes: { a: ['href'], img: ['src', 'alt'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['https'] },
  allowProtocolRelative: false,
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && attribs.nothing !== undefined,
  transformTags: {
    // What cannot be shown as an image is said, so that a message that is nothing else is still one.
    img: (tagName, { src = '', alt = '' }): sanitizeHtml.Tag => {
      const address = src.trim()
      if (/^https:/i.test(address)) return { tagName, attribs: { src: address, ...(alt && { alt }) } }
      if (/^http:/i.test(address)) return { tagName: 'a', attribs: { href: address }, text: alt || address }
      if (!alt && !address) return { tagName: 'i', attribs: { nothing: '' } }
      return { tagName: 'i', attribs: {}, text: alt || 'image' }
    },
    // An address without a scheme would lead to wherever the body is shown.
    a: (tagName, { href = '' }): sanitizeHtml.Tag => ({
      tagName,
      attribs: hasScheme.test(href) ? { href } : {},
    }),
    h3: 'h2',
    h4: 'h2',
    h5: 'h2',
    h6: 'h2',
    strong: 'b',
    em: 'i',
    div: 'p',
    blockquote: 'p',
    td: 'p',
    th: 'p',
    hr: 'br',
  },
}

const hasScheme = /^(https?|mailto):/i

/** The time a parser takes grows with the square of this; beyond it nobody means the tags as tags. */
const deepest = 500
const unnested = new Set(['p', 'li', 'br', 'img', 'hr', 'input', 'meta', 'link'])

const blocks = new Set(['p', 'h1', 'h2', 'li', 'br', 'ul', 'ol'])

/** The one safe form of a message's HTML, and its plain text. An empty body becomes null. */
export function cleanBody(html: string | null | undefined): { body: string | null; text: string } {
  if (html == null) return { body: null, text: '' }
  const given = storable(html)
  if (plain.test(given)) return plainBody(given)
  const once = sanitizeHtml(isNestedTooDeep(given) ? given.replaceAll('<', '&lt;') : given, allowed)
  // A paragraph within a paragraph, which a container within one becomes, ends it.
  const body = (once === given ? once : sanitizeHtml(once, allowed)).replaceAll('<p></p>', '').trim()
  const text = plainText(body)
  return text === '' && !body.includes('<img') ? { body: null, text: '' } : { body, text }
}

/** Text, or paragraphs of nothing else, as most messages are: their own safe form. */
const plain = /^(?:[^<>&]+|(?:<p>[^<>&]+<\/p>)+)$/

function plainBody(given: string): { body: string | null; text: string } {
  const text = given
    .replaceAll('<p>', '')
    .replace(/(?<!\n)<\/p>/g, '\n')
    .replaceAll('</p>', '')
    .trim()
  return { body: text === '' ? null : given.trim(), text }
}

function isNestedTooDeep(html: string): boolean {
  const open = new Map<string, number>()
  let depth = 0
  for (const [, end, tag = ''] of html.matchAll(/<(\/?)([a-z][^\s/>]*)/gi)) {
    const name = tag.toLowerCase()
    const before = open.get(name) ?? 0
    if (unnested.has(name) || (end && before === 0)) continue
    const step = end ? -1 : 1
    open.set(name, before + step)
    depth += step
    if (depth > deepest) return true
  }
  return false
}

function plainText(html: string): string {
  const parts: string[] = []
  let isFreshLine = true
  const add = (part: string) => {
    parts.push(part)
    isFreshLine = part.endsWith('\n')
  }
  const breakLine = (name: string) => {
    if (blocks.has(name) && !isFreshLine) add('\n')
  }
  const parser = new Parser(
    { ontext: add, onopentagname: breakLine, onclosetag: breakLine },
    { decodeEntities: true },
  )
  parser.end(html)
  return parts.join('').trim()
}
