import { pastFileLink, uploadLink } from '../src/file/link.js'
import { createUpload, findUpload, uploadLifetime } from '../src/file/upload.js'
import type { UploadedFile as UploadedFileRow } from '../src/generated/prisma/client.js'
import { builder } from './builder.js'
import { mutation } from './mutation.js'
import { findable, idOf, Node } from './node.js'

const UploadedFile = builder.objectRef<UploadedFileRow>('UploadedFile').implement({
  description:
    'A file that an agent uploads, to attach it to a message. Until then it is theirs alone, then of all who see the message.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`upload_…`', ...idOf('UploadedFile') }),
    filename: t.exposeString('filename', { description: 'Its name for people.' }),
    contentType: t.exposeString('contentType', { description: 'As was announced; its content is checked.' }),
    size: t.exposeInt('size', { description: 'In bytes.' }),
    isStored: t.boolean({
      description: 'Whether its content is there.',
      resolve: ({ storedAs }) => storedAs !== null,
    }),
    uploadUrl: t.string({
      nullable: true,
      description:
        'Takes its content by PUT for an hour, from whoever has it; ask again for another. Null once it is there.',
      resolve: ({ id, storedAs }, _, { app }) =>
        storedAs ? null : app.publicUrl() + uploadLink(app.secrets, id, app.db.clock.now()),
    }),
    url: t.string({
      nullable: true,
      description: 'Opens it for an hour, to whoever has it; null until its content is there.',
      resolve: ({ id, storedAs }, _, { app }) =>
        storedAs ? app.publicUrl() + pastFileLink(app.secrets, id, app.db.clock.now()) : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was announced.' }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Until when it can be attached or put into a draft, before it is removed; one in a draft stays as long as that does. Null once it is attached.',
      resolve: ({ createdAt, messageId }) =>
        messageId ? null : new Date(createdAt.getTime() + uploadLifetime),
    }),
  }),
})

findable('UploadedFile', UploadedFile, ({ app, actor }, id) => actor && findUpload(app.db, actor, id))

mutation('createUpload', {
  description:
    'Announces a file that you will attach. Send its content by PUT to its `uploadUrl`, then name it as `fileId` of an attachment, within a day.',
  input: (t) => ({
    filename: t.string({
      required: true,
      description: 'Its name for people, cut to 200 characters, without control signs.',
    }),
    contentType: t.string({
      required: true,
      description:
        'Such as `image/png`. No programs, installers or shortcuts; an installation may take fewer types.',
    }),
    size: t.int({
      required: true,
      description:
        'In bytes; 25 MiB at most, unless it is set otherwise. All that waits to be attached: 1 GiB, or one file.',
    }),
  }),
  changes: { file: 'UploadedFile' },
  run: (input, { app, actor }, call) =>
    createUpload(app.db, actor, { ...input, limits: app.uploadLimits }, call),
})
