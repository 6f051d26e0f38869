import type { App } from '../src/app.js'
import { resume } from '../src/events/resume.js'
import type { builder } from './builder.js'

type SchemaTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never
type SubscriptionFields = PothosSchemaTypes.SubscriptionFieldBuilder<SchemaTypes, SchemaTypes['Root']>

/** Where a client wants a stream to begin. */
export interface Beginning {
  after?: string | null
  snapshot?: boolean | null
}

/** The arguments for it. */
export function beginning(t: SubscriptionFields) {
  return {
    after: t.arg({ type: 'EventCursor', description: 'The last one you saw; from now on when left out.' }),
    snapshot: t.arg.boolean({
      description: 'Begin with what there is now, unless `after` is given and can be resumed.',
    }),
  }
}

/** The place in the log, and what is to come first. */
export async function beginningAt({ db, log }: App, { after, snapshot }: Beginning) {
  const start = await resume(db, log, after)
  return { start, resumes: after != null && start.lost === null, snapshot: snapshot ?? false }
}
