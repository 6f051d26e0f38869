import { text, texts } from './fields.js'
import type { FinRequest } from './operation.js'

// Refused for its length, a value would come again and fail every sync of its conversation.

const longestTitle = 1_000
const longestTag = 100
const mostTags = 50

/** A title, cut where it is too long. */
export function shortTitle(value: unknown): string | null {
  return text(value)?.slice(0, longestTitle) ?? null
}

/** Tags without those that are too long or too many. */
export function fewTags(value: unknown, { tolerate }: FinRequest): string[] | null {
  const given = texts(value)
  const taken = given?.filter((tag) => tag.length <= longestTag).slice(0, mostTags) ?? null
  if (taken?.length !== given?.length) tolerate('tags has too many or too long ones: they are left out')
  return taken
}
