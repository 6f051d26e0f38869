import { eventCursor } from '../src/events/cursor.js'
import { resume } from '../src/events/resume.js'
import type { builder } from './builder.js'
import type { Context } from './context.js'

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
export async function beginningAt({ app, resumeAt }: Context, { after, snapshot }: Beginning) {
  const cursor = resumeAt == null ? after : eventCursor(app.log, resumeAt)
  const start = await resume(app.db, app.log, cursor)
  return { start, resumes: cursor != null && start.lost === null, snapshot: snapshot ?? false }
}
