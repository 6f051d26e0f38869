import { publicId, storedId } from '../src/ids.js'
import {
  callsByOperation,
  type IntegrationProblem,
  lastWebhookAt,
  type OperationCalls,
  readCalls,
  recentProblems,
} from '../src/integration/health.js'
import { builder } from './builder.js'
import { connectionOf, decodeCursor, encodeCursor, sliceOf } from './connection.js'
import { FinIntegration } from './finIntegration.js'
import { idOf } from './node.js'

const Call = builder.prismaObject('IntegrationCall', {
  name: 'FinCall',
  description: 'One request of Fin, kept for 7 days, at most 10,000 of them.',
  fields: (t) => ({
    id: t.id({ description: '`call_…`', ...idOf('IntegrationCall') }),
    operation: t.exposeString('operation', {
      description: "As Fin's documentation names it; `unknown` when no path fitted.",
    }),
    method: t.exposeString('method', { description: 'HTTP method.' }),
    path: t.exposeString('path', { description: 'Without the query.' }),
    status: t.exposeInt('status', { description: 'HTTP status of the answer.' }),
    durationMs: t.exposeInt('durationMs', { description: 'In milliseconds.' }),
    request: t.expose('request', {
      type: 'JSON',
      nullable: true,
      description: 'Headers and parameters, without secrets and without what people wrote.',
    }),
    problem: t.exposeString('problem', { nullable: true, description: 'What Fin was told was wrong.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it came.' }),
  }),
})

const Operation = builder.objectRef<OperationCalls>('FinOperationCalls').implement({
  description: 'How often Fin has called an operation, since the integration was made.',
  fields: (t) => ({
    operation: t.exposeString('operation', { description: "As Fin's documentation names it." }),
    calls: t.exposeInt('calls', { description: 'All calls.' }),
    failures: t.exposeInt('failures', { description: 'Those answered with 400 or more.' }),
    lastCallAt: t.expose('lastCallAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The last of them; null when there was none.',
    }),
  }),
})

const ProblemSource = builder.enumType('FinProblemSource', {
  description: 'Where something did not go as asked.',
  values: {
    CALL: { description: 'A request of Fin that failed; see `calls`.' },
    LOG: { description: 'A request that was refused, or not taken as it came; see `log`.' },
    WEBHOOK: { description: 'An attempt to tell Fin of a change.' },
  },
})

const Problem = builder.objectRef<IntegrationProblem>('FinProblem').implement({
  description: 'Something that did not go as asked.',
  fields: (t) => ({
    source: t.expose('source', { type: ProblemSource, description: 'Where.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When, the last time.' }),
    operation: t.exposeString('operation', { nullable: true, description: 'Of a request.' }),
    status: t.exposeInt('status', { nullable: true, description: 'HTTP status; null when no answer came.' }),
    detail: t.exposeString('detail', { description: 'For people.' }),
    conversationId: t.id({
      nullable: true,
      description: 'The conversation it was about.',
      resolve: ({ conversationId }) => conversationId && publicId('Conversation', conversationId),
    }),
  }),
})

const Health = builder.objectRef<{ integrationId: string }>('FinHealth').implement({
  description: 'Whether Fin calls, and what goes wrong.',
  fields: (t) => ({
    lastCallAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When Fin called last.',
      resolve: async ({ integrationId }, _, { app }) => {
        const times = (await callsByOperation(app.db, integrationId)).map(({ lastCallAt }) => lastCallAt)
        return times.reduce((last, time) => (time && (!last || time > last) ? time : last), null)
      },
    }),
    lastWebhookAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When a webhook last reached Fin.',
      resolve: ({ integrationId }, _, { app }) => lastWebhookAt(app.db, integrationId),
    }),
    callsByOperation: t.field({
      type: [Operation],
      description: "All nine, in the order of Fin's documentation. A call is counted within about a second.",
      resolve: ({ integrationId }, _, { app }) => callsByOperation(app.db, integrationId),
    }),
    recentProblems: t.field({
      type: [Problem],
      description: 'The newest 20, newest first; of webhooks those among the newest 100.',
      resolve: ({ integrationId }, _, { app }) => recentProblems(app.db, integrationId),
    }),
  }),
})

builder.prismaObjectField(FinIntegration, 'health', (t) =>
  t.field({
    type: Health,
    description: 'Whether Fin calls, and what goes wrong.',
    select: { id: true },
    resolve: ({ id }) => ({ integrationId: id }),
  }),
)

const order = 'calls'

builder.prismaObjectField(FinIntegration, 'calls', (t) =>
  t.connection(
    {
      type: Call,
      description:
        'What Fin requested, newest first, with `first` and `after`. Pages of 1 to 100, 25 by default.',
      args: { failedOnly: t.arg.boolean({ description: 'Only those answered with 400 or more.' }) },
      select: { id: true },
      resolve: async ({ id }, { failedOnly, ...args }, { app }) => {
        const slice = sliceOf({ first: args.first, after: args.after })
        const before =
          slice.beyond && storedId('IntegrationCall', decodeCursor(order, slice.beyond, 'after')[0] ?? '')
        const limit = slice.limit + 1
        const rows = await readCalls(app.db, id, { before, limit, failedOnly: failedOnly ?? false })
        return connectionOf(rows, slice, (call) => encodeCursor(order, publicId('IntegrationCall', call.id)))
      },
    },
    { name: 'FinCallConnection' },
    { name: 'FinCallEdge' },
  ),
)
