import { ValidationError } from '../errors.js'

/** A file beside a message; the address is the file's own, always https. */
export interface Attachment {
  url: string
  filetype: string | null
  filename: string | null
}

/** Checks what a caller attached; throws ValidationError naming the attachment. */
export function cleanAttachments(given: readonly Partial<Attachment>[] | null | undefined): Attachment[] {
  if (!given) return []
  return given.map(({ url, filetype, filename }, index) => {
    if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'https:') {
      throw new ValidationError(`attachments.${index}.url`, 'An attachment needs an https address.')
    }
    return { url, filetype: filetype ?? null, filename: filename ?? null }
  })
}
