/** A body as Fin sends it: text becomes a paragraph, and what starts with a tag is taken as HTML already. */
export function toHtml(typed: string): string {
  return /^\s*<[a-z]/i.test(typed) ? typed : paragraph(typed)
}

/** A text as a paragraph, whatever is in it. */
export function paragraph(text: string): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<p>${safe.replaceAll(/\r?\n/g, '<br>')}</p>`
}

/** The words of a body. */
export function toText(body: string | null): string {
  const plain = (body ?? '').replaceAll(/<br\s*\/?>|<\/(p|li|h\d)>/gi, '\n').replaceAll(/<[^>]*>/g, '')
  return (
    plain
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll(/&#0*39;|&apos;|&#x27;/gi, "'")
      .replaceAll('&nbsp;', ' ')
      // Last, or `&amp;lt;` would become a tag's bracket.
      .replaceAll('&amp;', '&')
      .trim()
  )
}

/** Two bodies that show the same have the same form: a helpdesk may write a tag or a quote in another way. */
export function comparable(body: string | null): string {
  return (body ?? '')
    .replaceAll(/\s*\/>/g, '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#0*39;|&apos;|&#x27;/gi, "'")
    .trim()
}
