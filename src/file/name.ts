import { startOf, storable } from '../text.js'

const longest = 200

/** Control signs, and those that turn the reading of what follows around: a program may look like a document by them. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu

/** A name only, wherever it came from. */
export function fileName(given: string): string {
  const last = given.split(/[\\/]/).at(-1) ?? ''
  return startOf(storable(last).replace(unseen, '').trim(), longest)
}
