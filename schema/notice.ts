import { ForbiddenError } from '../src/errors.js'
import type { Notice as NoticeRow } from '../src/generated/prisma/client.js'
import { publicId } from '../src/ids.js'
import { seesNotices } from '../src/notice/access.js'
import { readNotices } from '../src/notice/read.js'
import type { NoticeKind } from '../src/notice/record.js'
import { watchNotices } from '../src/notice/watch.js'
import { builder } from './builder.js'
import { connectionOf, cursorId, encodeCursor, sliceOf } from './connection.js'
import type { Context } from './context.js'
import { signInFirst } from './events.js'
import { FinIntegration } from './finIntegration.js'
import { findable, idOf, Node } from './node.js'
import { Webhook } from './webhook.js'

const Kind = builder.enumType('NoticeKind', {
  description: 'What a notice is about.',
  values: {
    INTEGRATION_STOPPED: { description: 'Nothing is sent to Fin until somebody has mended something.' },
    WEBHOOK_STOPPED: { description: 'Nothing is sent to a webhook until somebody has mended something.' },
    EVENTS_MISSED: { description: 'Events had left the log before a webhook was told of them.' },
    DOCUMENT_DEPRECATED: { description: "A later release will not take a webhook's document." },
  } satisfies Record<NoticeKind, object>,
})

const Notice = builder.prismaObject('Notice', {
  description: 'Something that the admins should know, or mend.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`notice_…`', ...idOf('Notice') }),
    kind: t.field({
      type: Kind,
      description: 'What it is about.',
      select: { kind: true },
      resolve: ({ kind }) => kind as NoticeKind,
    }),
    detail: t.exposeString('detail', { description: 'What happened, and what to do.' }),
    integration: t.relation('integration', {
      type: FinIntegration,
      nullable: true,
      description: 'The connection with Fin that it is about.',
    }),
    webhook: t.relation('webhook', {
      type: Webhook,
      nullable: true,
      description: 'The webhook that it is about.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
  }),
})

findable('Notice', Notice, ({ app, actor }, id) =>
  seesNotices(actor) ? app.db.prisma.notice.findUnique({ where: { id } }) : null,
)

const order = 'notice'

builder.queryField('notices', (t) =>
  t.connection(
    {
      type: Notice,
      description:
        'What the admins should know, newest first. Pages of 1 to 100, 25 by default. Others see none.',
      resolve: async (_, args, { app, actor }) => {
        const slice = sliceOf(args)
        const field = slice.backwards ? 'before' : 'after'
        const page = {
          descending: !slice.backwards,
          after: slice.beyond === null ? null : cursorId('Notice', order, slice.beyond, field),
          limit: slice.limit + 1,
        }
        const rows = seesNotices(actor) ? await readNotices(app.db, page) : []
        return connectionOf<NoticeRow>(rows, slice, ({ id }) => encodeCursor(order, publicId('Notice', id)))
      },
    },
    { name: 'NoticeConnection' },
    { name: 'NoticeEdge' },
  ),
)

builder.subscriptionField('noticeAdded', (t) =>
  t.field({
    type: Notice,
    description:
      'What the admins should know, as it comes; begins with now, so subscribe first, then ask for `notices`. For admins.',
    subscribe: (_, __, context) => noticeStream(context),
    resolve: (notice) => notice as NoticeRow,
  }),
)

async function noticeStream({ app, actor, refresh }: Context) {
  if (!actor) throw new ForbiddenError(signInFirst, 'UNAUTHENTICATED')
  if (!seesNotices(actor)) throw new ForbiddenError('Only an admin may do this.')
  return watchNotices(app.db, app.listening, async () => seesNotices(await refresh()))
}
