import { NotFoundError, ValidationError } from '../errors.js'
import { publicId, storedId } from '../ids.js'

/** A file beside a message. */
export interface Attachment {
  /** The file's own, always https; of an uploaded one it leads nowhere, links to that are made when they are asked for. */
  url: string
  filetype: string | null
  filename: string | null
  /** Of an uploaded one; so is `size`, in bytes. */
  fileId?: string
  size?: number
}

/** As a caller gives it: an address, or the public id of an uploaded file. */
export type GivenAttachment = { [Name in 'url' | 'fileId' | 'filetype' | 'filename']?: string | null }

/** What a caller would give for it. */
export function asGiven({ url, fileId, filetype, filename }: Attachment): GivenAttachment {
  return fileId ? { fileId: publicId('UploadedFile', fileId), filename } : { url, filetype, filename }
}

/** Checks what a caller attached; throws ValidationError naming the attachment. */
export function cleanAttachments(given: readonly GivenAttachment[] | null | undefined): Attachment[] {
  if (!given) return []
  return given.map(({ url, fileId, filetype, filename }, index) => {
    const said = { filetype: filetype ?? null, filename: filename ?? null }
    if (fileId != null) {
      if (url != null)
        throw new ValidationError(`attachments.${index}.url`, 'Give either `url` or `fileId`, not both.')
      const id = storedId('UploadedFile', fileId)
      if (!id) throw new NotFoundError('File')
      return { url: `https://uploaded.invalid/${publicId('UploadedFile', id)}`, ...said, fileId: id }
    }
    if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'https:') {
      throw new ValidationError(`attachments.${index}.url`, 'An attachment needs an https address.')
    }
    return { url, ...said }
  })
}
