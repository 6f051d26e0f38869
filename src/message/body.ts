import { Parser } from 'htmlparser2'
import sanitizeHtml from 'sanitize-html'
import { storable } from '../text.js'

const allowed: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'h1', 'h2', 'b', 'i', 'a', 'img', 'br', 'code', 'ul', 'ol', 'li'],
  allowedAttributes: { a: ['href'], img: ['src', 'alt'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['https'] },
  allowProtocolRelative: false,
  // An address without a scheme would lead to wherever the body is shown.
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !/^https:/i.test(attribs.src ?? ''),
  transformTags: {
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
  const body = sanitizeHtml(isNestedTooDeep(given) ? given.replaceAll('<', '&lt;') : given, allowed).trim()
  const text = plainText(body)
  return text === '' && !body.includes('<img') ? { body: null, text: '' } : { body, text }
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
  let text = ''
  const parser = new Parser(
    {
      ontext: (part) => {
        text += part
      },
      onopentagname: (name) => {
        if (blocks.has(name) && text !== '' && !text.endsWith('\n')) text += '\n'
      },
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return text.trim()
}
