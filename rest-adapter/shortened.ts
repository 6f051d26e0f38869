import { startOf } from '../src/text.js'
import { type Reading, text } from './fields.js'

// Refused for its length, a value would come again and fail every sync of its conversation.

const longestTitle = 1_000
const longestTag = 100
const mostTags = 50

/** A title, cut where it is too long. */
export function shortTitle(read: Reading): string | null {
  const title = read.text('title')?.trim() || null
  if (!title || title.length <= longestTitle) return title
  read.note('title', title, `is longer than ${longestTitle} characters: it was cut`)
  return startOf(title, longestTitle)
}

/** Tags without those that cannot be one; null when only such are given, which would take away all there are. */
export function fewTags(read: Reading): string[] | null {
  const given = read.list('tags')
  if (!given) return null
  const taken = given.map((tag) => text(tag)?.trim() ?? '')
  const few = taken.filter((tag) => tag !== '' && tag.length <= longestTag).slice(0, mostTags)
  if (few.length === given.length) return few
  read.note('tags', given, 'has too many, too long or odd ones: they were left out')
  return few.length > 0 ? few : null
}
