import type { Cast } from './cast.js'
import type { Faults } from './faults.js'
import type { Entry } from './folder.js'

/** What is to be kept of each conversation of a part; nobody may have been told of any other. */
export function entriesOf(part: number, { load, fin, webhooks }: Cast, faults: Faults): Entry[] {
  for (const id of fin.book.told.keys())
    if (!load.lives.has(id)) faults.add(`Fin was told of ${id}, which nobody has opened`)
  for (const id of webhooks.book.told.keys())
    if (!load.lives.has(id)) faults.add(`The webhook was told of ${id}, which nobody has opened`)
  return [...load.lives.values()].map(({ name, id, said }) => {
    const told = webhooks.book.told.get(id)
    return {
      part,
      name,
      id,
      said,
      fin: fin.book.told.get(id) ?? null,
      webhooks: told ? { events: told.events, digest: told.digest.digest('base64url') } : null,
    }
  })
}
