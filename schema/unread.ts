import { builder } from './builder.js'

/** What an integration sent along with a call and could not be read. */
export const UnreadValueInput = builder.inputType('UnreadValueInput', {
  description:
    'A value that an integration sent and that could not be read; kept in its log with the change.',
  fields: (t) => ({
    field: t.string({ required: true, description: 'The name it came under.' }),
    value: t.field({ type: 'JSON', description: 'As it came.' }),
    detail: t.string({ required: true, description: 'What became of it, for people.' }),
  }),
})
