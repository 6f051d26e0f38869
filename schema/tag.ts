import type { TagView } from '../src/conversation/read.js'
import { inReach } from '../src/inbox/access.js'
import { builder } from './builder.js'
import { Inbox } from './inbox.js'
import { findable, idOf, Node } from './node.js'

export const Tag = builder.objectRef<TagView>('Tag').implement({
  description: 'A word that conversations of one inbox are sorted by.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`tag_…`', ...idOf('Tag') }),
    name: t.exposeString('name', { description: 'Unique in its inbox.' }),
  }),
})

findable('Tag', Tag, ({ app, actor }, id) =>
  app.db.prisma.tag.findFirst({ where: { AND: [{ id }, inReach(actor)] } }),
)

builder.prismaObjectField(Inbox, 'tags', (t) =>
  t.field({
    type: [Tag],
    description: 'The tags of its conversations, by name: `conversations(filter: { tagIds: … })` takes them.',
    extensions: { isLogged: false },
    select: { tags: { where: { archivedAt: null }, orderBy: { name: 'asc' }, take: 1_000 } },
    resolve: ({ tags }) => tags,
  }),
)
