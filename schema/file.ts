import { fileLink } from '../src/file/link.js'
import type { StoredFile as StoredFileRow } from '../src/generated/prisma/client.js'
import { FileState } from '../src/generated/prisma/enums.js'
import { builder } from './builder.js'
import { Message } from './message.js'
import { idOf } from './node.js'

const FileStateEnum = builder.enumType('FileState', {
  description: 'How far the copy of a file is.',
  values: {
    PENDING: { value: FileState.PENDING, description: 'It will be copied, or tried again.' },
    STORED: { value: FileState.STORED, description: 'There is a copy.' },
    FAILED: { value: FileState.FAILED, description: 'There will be none; `note` says why.' },
  },
})

const StoredFile = builder.objectRef<StoredFileRow>('StoredFile').implement({
  description:
    'Our copy of a file or image that came with a message, made soon after since addresses expire.',
  fields: (t) => ({
    id: t.id({ description: '`file_…`', ...idOf('StoredFile') }),
    originalUrl: t.exposeString('originalUrl', { description: 'The address that it came with.' }),
    state: t.expose('state', { type: FileStateEnum, description: 'How far the copy is.' }),
    url: t.string({
      nullable: true,
      description: 'Opens the copy for an hour, to whoever has it; null while there is none.',
      resolve: ({ id, state }, _, { app }) =>
        state === 'STORED' ? app.publicUrl() + fileLink(app.secrets, id, app.db.clock.now()) : null,
    }),
    contentType: t.exposeString('contentType', { nullable: true, description: 'As its server said.' }),
    size: t.exposeInt('size', { nullable: true, description: 'In bytes.' }),
    note: t.exposeString('note', { nullable: true, description: 'Why it could not be copied, or not yet.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the message came.' }),
    storedAt: t.expose('storedAt', { type: 'DateTime', nullable: true, description: 'When it was copied.' }),
  }),
})

builder.objectField(Message, 'files', (t) =>
  t.field({
    type: [StoredFile],
    description:
      'Copies of its attachments and images, of messages that came through an integration; at most 50.',
    extensions: { isLogged: false },
    resolve: ({ id }, _, { load }) => load.files(id),
  }),
)
