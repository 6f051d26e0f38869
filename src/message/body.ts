import { Parser } from 'htmlparser2'
import sanitizeHtml from 'sanitize-html'
import { ValidationError } from '../errors.js'
import { storable } from '../text.js'

/** In characters of HTML. */
export const longestBody = 200_000

const allowed: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'h1', 'h2', 'b', 'i', 'a', 'img', 'br', 'code', 'ul', 'ol', 'li'],
  allowedAttributes: { a: ['href'], img: ['src', 'alt'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  transformTags: { h3: 'h2', h4: 'h2', h5: 'h2', h6: 'h2', strong: 'b', em: 'i', div: 'p' },
}

const blocks = new Set(['p', 'h1', 'h2', 'li', 'br', 'ul', 'ol'])

/** The one safe form of a message's HTML, and its plain text. An empty body becomes null. */
export function cleanBody(html: string | null | undefined): { body: string | null; text: string } {
  if (html == null) return { body: null, text: '' }
  if (html.length > longestBody) {
    throw new ValidationError(
      'body',
      `A body has at most ${longestBody} characters; send the rest as another message.`,
    )
  }
  // PostgreSQL stores no NUL.
  const body = sanitizeHtml(storable(html), allowed).trim()
  const text = plainText(body)
  return text === '' && !body.includes('<img') ? { body: null, text: '' } : { body, text }
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
