import type { ConversationOrderField } from '../conversation/order.js'
import { ValidationError } from '../errors.js'
import { storable } from '../text.js'

/** What a view shows. */
export interface ViewSettings {
  name: string
  icon: string | null
  /** As a client gives it: with public ids. The caller has made sure that it is one. */
  filter: object
  order: { field: ConversationOrderField; descending: boolean }
  position: number
}

const longestName = 100
const longestIcon = 40

/** Trims a view's name; throws ValidationError. */
export function cleanName(name: string): string {
  const trimmed = storable(name).trim()
  if (trimmed === '' || trimmed.length > longestName) {
    throw new ValidationError('name', `A view has a name of 1 to ${longestName} characters.`)
  }
  return trimmed
}

/** Trims a view's icon; an empty one is none. Throws ValidationError. */
export function cleanIcon(icon: string | null): string | null {
  const trimmed = storable(icon ?? '').trim()
  if (trimmed.length > longestIcon) {
    throw new ValidationError('icon', `An icon is an emoji or a name of at most ${longestIcon} characters.`)
  }
  return trimmed === '' ? null : trimmed
}
