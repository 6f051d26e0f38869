import type { AgentActor } from '../src/actor.js'
import { inboxInReach } from '../src/inbox/access.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { TokenScopeEnum } from './enums.js'
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
      description: 'What this token may be used for; ADMIN only for admins.',
      resolve: (viewer) => viewer.scopes.filter((scope) => scope !== 'ADMIN' || viewer.role === 'ADMIN'),
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

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who is asking; null without a token.',
    resolve: (_, __, { actor }) => (actor?.kind === 'AGENT' ? actor : null),
  }),
)
