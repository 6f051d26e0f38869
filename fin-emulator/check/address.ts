import { apiBase, type Connection } from '../connection.js'
import { type Operation, operationNames } from '../variant.js'

/** Where operations live that do not have their documented name: a path of the helpdesk's host, or a URL. */
export type Paths = Partial<Record<Operation, string>>

/** A helpdesk to be looked at. */
export interface Checked extends Connection {
  paths?: Paths
}

/** The address of an operation, whose documented path is `documented`. */
export function addressOf(connection: Checked, operation: Operation, documented: string): URL {
  const base = apiBase(connection)
  return new URL(connection.paths?.[operation] ?? base + documented, base)
}

/** Reads `get_user=/my/path` and the like; and what is wrong with it. */
export function readPaths(given: readonly string[]): { paths: Paths; faults: string[] } {
  const paths: Paths = {}
  const faults: string[] = []
  for (const one of given) {
    const [name, ...rest] = one.split('=')
    const operation = operationNames.find((known) => known === name)
    const path = rest.join('=')
    if (operation && /^(\/|https?:\/\/.)/.test(path)) paths[operation] = path
    else
      faults.push(
        `--path must be like get_user=/my/path, not "${one}"; it knows ${operationNames.join(', ')}`,
      )
  }
  return { paths, faults }
}
