import type { Loaded } from '../loaded.js'
import { type Program, startProgram } from '../processes.js'
import { addPeerFunctions } from './functions.js'

/** Null where the packages for development are not installed. */
export async function startPostgraphile({ client, appUrl, later }: Loaded): Promise<Program | null> {
  try {
    import.meta.resolve('postgraphile')
  } catch {
    return null
  }
  await addPeerFunctions(client, decodeURIComponent(new URL(appUrl).username))
  const program = await startProgram(new URL('postgraphile.js', import.meta.url), {
    NODE_ENV: 'production',
    GRAPHILE_ENV: 'production',
    DATABASE_URL: appUrl,
  })
  later(program.stop)
  return program
}
