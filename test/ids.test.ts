import fc from 'fast-check'
import { fromUUID } from 'typeid-js'
import { expect, test } from 'vitest'
import { parsePublicId, publicId } from '../src/ids.js'

test('a public id is the TypeID of the stored one, and leads back to it', () => {
  fc.assert(
    fc.property(fc.uuid({ version: [1, 2, 3, 4, 5, 6, 7, 8] }), (uuid) => {
      const id = publicId('Conversation', uuid)
      expect(id).toBe(fromUUID(uuid, 'conv'))
      expect(parsePublicId(id)).toEqual({ type: 'Conversation', uuid })
    }),
  )
})
