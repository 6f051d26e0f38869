import { type AgentActor, dutiesOf } from '../src/actor.js'
import { inboxInReach } from '../src/inbox/access.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { DutyEnum, TokenScopeEnum } from './enums.js'
import { Inbox } from './inbox.js'

export const Viewer = builder.objectRef<AgentActor>('Viewer').implement({
  description: 'Who is asking.',
  fields: (t) => ({
    agent: t.field({
      type: Agent,
      nullable: true,
      description: 'Their account.',
      resolve: (viewer, _, { load }) => load.agent(viewer.agentId),
    }),
    permissions: t.field({
      type: [TokenScopeEnum],
      description:
        'What this token may be used for: WRITE only for those who answer, ADMIN only for admins; `duties` tells more.',
      resolve: (viewer) => {
        const duties = dutiesOf(viewer)
        return viewer.scopes.filter((scope) => scope === 'READ' || duties.includes(dutyOf[scope]))
      },
    }),
    duties: t.field({
      type: [DutyEnum],
      description: 'What they may do with this token, in the inboxes that they see.',
      resolve: dutiesOf,
    }),
    inboxes: t.prismaField({
      type: [Inbox],
      description: 'The inboxes they see.',
      resolve: (query, viewer, _, { app }) =>
        app.db.prisma.inbox.findMany({
          ...query,
          where: inboxInReach(viewer),
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
    }),
  }),
})

/** What a scope is usually asked for. */
const dutyOf = { WRITE: 'ANSWER', ADMIN: 'ADMINISTER' } as const

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who is asking; null without a token.',
    resolve: (_, __, { actor }) => (actor?.kind === 'AGENT' ? actor : null),
  }),
)
