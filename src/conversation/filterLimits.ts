import { ValidationError } from '../errors.js'
import { innerFilters, ownConditions } from './filterTree.js'
import type { GivenFilter } from './givenFilter.js'

const deepest = 5
const mostConditions = 50
const mostTags = 100
const longestText = 200

/** Refuses a filter that contradicts itself, or asks for too much. */
export function requireFilter(filter: GivenFilter): void {
  let conditions = 0

  function look(inner: GivenFilter, path: string, depth: number) {
    if (depth > deepest)
      throw new ValidationError(path, `A filter has filters in it at most ${deepest} deep.`)
    const own = ownConditions(inner)
    // One within it that asks nothing counts, too.
    conditions += Math.max(depth === 0 ? 0 : 1, own.length)
    if (conditions > mostConditions) {
      throw new ValidationError(path, `A filter has at most ${mostConditions} conditions.`)
    }
    requireConditions(inner, path)
    for (const [at, next] of innerFilters(inner)) look(next, `${path}.${at}`, depth + 1)
  }

  look(filter, 'filter', 0)
}

function requireConditions(
  { assigneeId, assignedToMe, unassigned, tagIds, text, attribute }: GivenFilter,
  path: string,
) {
  if ((assigneeId != null || assignedToMe) && unassigned) {
    throw new ValidationError(
      `${path}.unassigned`,
      'Nobody is assigned and unassigned at once: give `unassigned` or the other.',
    )
  }
  if (tagIds && tagIds.length > mostTags) {
    throw new ValidationError(`${path}.tagIds`, `Name at most ${mostTags} tags.`)
  }
  if (text != null && text.length > longestText) {
    throw new ValidationError(`${path}.text`, `What is looked for has at most ${longestText} characters.`)
  }
  if (attribute && attribute.value != null && attribute.exists != null) {
    throw new ValidationError(
      `${path}.attribute.exists`,
      'Ask for a `value` or whether one `exists`, not for both.',
    )
  }
}
