import { ForbiddenError } from '../src/errors.js'
import type { Metrics } from '../src/metrics/live.js'
import { type InboxMetrics as InboxMetricsValue, responseWindow } from '../src/metrics/read.js'
import { watchMetrics } from '../src/metrics/watch.js'
import { builder } from './builder.js'
import { signInFirst } from './events.js'
import { Inbox } from './inbox.js'
import { argumentId } from './node.js'

const FirstResponse = builder.objectRef<InboxMetricsValue>('FirstResponse').implement({
  description: `How long end-users waited, from the opening of a conversation, for the first public message of an agent, be it a person or Fin. Of the first responses of the last ${responseWindow} hours.`,
  fields: (t) => ({
    count: t.exposeInt('firstResponses', { description: 'How many there were.' }),
    p50: t.exposeFloat('firstResponseP50', {
      nullable: true,
      description: 'Half of them took at most so many seconds; null when there was none.',
    }),
    p95: t.exposeFloat('firstResponseP95', {
      nullable: true,
      description: '95 of 100 took at most so many seconds; null when there was none.',
    }),
  }),
})

const InboxMetrics = builder.objectRef<InboxMetricsValue>('InboxMetrics').implement({
  description:
    'How an inbox does. All but the first response counts conversations that are `OPEN` at that time.',
  fields: (t) => ({
    inbox: t.field({ type: Inbox, description: 'Which.', resolve: ({ inbox }) => inbox }),
    open: t.exposeInt('open', { description: 'Open ones.' }),
    waiting: t.exposeInt('waiting', { description: 'Of these, those whose end-user waits for an answer.' }),
    unassigned: t.exposeInt('unassigned', { description: 'Of the open ones, those that no agent holds.' }),
    heldByFin: t.exposeInt('heldByFin', {
      description: 'Of the open ones, those that the agent who stands for Fin holds.',
    }),
    oldestWaitingSince: t.expose('oldestWaitingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the one who has waited longest waits; null when nobody does.',
    }),
    firstResponse: t.field({
      type: FirstResponse,
      description: 'How long the first answer takes.',
      resolve: (metrics) => metrics,
    }),
  }),
})

const LiveMetrics = builder.objectRef<Metrics>('LiveMetrics').implement({
  description: 'Figures for dashboards.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'As of when.' }),
    inboxes: t.expose('inboxes', { type: [InboxMetrics], description: 'By name.' }),
  }),
})

const usualInterval = 5

builder.subscriptionField('liveMetrics', (t) =>
  t.field({
    type: LiveMetrics,
    description:
      'Figures of inboxes: at once, at most an interval old, then at each interval. Needs no cursor: each payload is whole.',
    args: {
      every: t.arg.int({ description: `In seconds: 1 to 3600, ${usualInterval} when left out.` }),
      inboxIds: t.arg.idList({ description: 'Of these; of all in your sight when left out.' }),
    },
    subscribe: (_, { every, inboxIds }, { app, actor, refresh }) => {
      if (!actor) throw new ForbiddenError(signInFirst, 'UNAUTHENTICATED')
      return watchMetrics(app.metrics, {
        every: every ?? usualInterval,
        inboxIds: inboxIds?.map((id) => argumentId('Inbox', id)),
        first: actor,
        actor: refresh,
      })
    },
    resolve: (metrics) => metrics as Metrics,
  }),
)
