import { ValidationError } from '../errors.js'
import { cleanBody } from '../message/body.js'
import { storable } from '../text.js'
import { requireVariables } from './variables.js'

const longestName = 100

/** Trims a name; throws ValidationError. */
export function cleanName(name: string): string {
  const trimmed = storable(name).trim()
  if (trimmed === '' || trimmed.length > longestName) {
    throw new ValidationError('name', `A canned reply has a name of 1 to ${longestName} characters.`)
  }
  return trimmed
}

/** What agents type to find it; an empty one is none. Throws ValidationError. */
export function cleanShortcut(shortcut: string | null): string | null {
  const trimmed = shortcut?.trim() ?? ''
  if (trimmed === '') return null
  if (!/^[\p{L}\p{N}_-]{1,40}$/u.test(trimmed)) {
    throw new ValidationError('shortcut', 'A shortcut has 1 to 40 letters, digits, - and _.')
  }
  return trimmed
}

/** The safe form of what it says; throws ValidationError when there is nothing, or a variable that is none. */
export function cleanSaid(given: string): { body: string; text: string } {
  const { body, text } = cleanBody(given)
  if (body === null) throw new ValidationError('body', 'A canned reply needs a body.')
  requireVariables(body)
  return { body, text }
}
