import { pastFileLink, uploadedFileLink } from '../src/file/link.js'
import { publicId } from '../src/ids.js'
import type { Attachment as AttachmentValue } from '../src/message/attachments.js'
import { builder } from './builder.js'

/** In the history of a message it can be opened as long as that can be seen. */
type Shown = AttachmentValue & { isPast?: boolean }

export const Attachment = builder.objectRef<Shown>('Attachment').implement({
  description: 'A file beside a message.',
  fields: (t) => ({
    url: t.string({
      description:
        'Always https; of an uploaded file a link to this server that opens it for an hour, to whoever has it.',
      resolve: ({ url, fileId, isPast }, _, { app }) => {
        const linkOf = isPast ? pastFileLink : uploadedFileLink
        return fileId ? app.publicUrl() + linkOf(app.secrets, fileId, app.db.clock.now()) : url
      },
    }),
    filetype: t.exposeString('filetype', {
      nullable: true,
      description: 'A type or an extension, e.g. `pdf`.',
    }),
    filename: t.exposeString('filename', { nullable: true, description: 'Its name for people.' }),
    fileId: t.id({
      nullable: true,
      description: '`upload_…`, of one that was uploaded.',
      resolve: ({ fileId }) => (fileId ? publicId('UploadedFile', fileId) : null),
    }),
    contentType: t.string({
      nullable: true,
      description: 'Its type, which was checked, of one that was uploaded.',
      resolve: ({ fileId, filetype }) => (fileId ? filetype : null),
    }),
    size: t.int({
      nullable: true,
      description: 'In bytes, of one that was uploaded.',
      resolve: ({ size }) => size ?? null,
    }),
  }),
})

export const AttachmentInput = builder.inputType('AttachmentInput', {
  description: 'A file beside a message: by its address, or one that was uploaded.',
  fields: (t) => ({
    url: t.string({
      description: 'An https address; signed and expiring for what is not public. Needed without `fileId`.',
    }),
    fileId: t.id({
      description:
        'Of one that you uploaded (see `createUpload`) and have not attached yet. Its type and, unless given, its name are known.',
    }),
    filetype: t.string({ description: 'Beside `url`: a type or an extension, e.g. `pdf`.' }),
    filename: t.string({ description: 'Its name for people.' }),
  }),
})
