import type { Actor } from '../src/actor.js'
import type { App } from '../src/app.js'
import { RateLimitedError } from '../src/errors.js'
import type { Prisma } from '../src/generated/prisma/client.js'
import { createApiToken } from '../src/token/create.js'
import type { TokenView } from '../src/token/mint.js'
import { revokeApiToken, revokeSession, signOut } from '../src/token/revoke.js'
import { signIn } from '../src/token/signIn.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { TokenScopeEnum } from './enums.js'
import { mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'

const Token = builder.objectRef<TokenView>('Token').implement({
  description: 'A session or an API token; the secret itself is not kept.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`token_…`', ...idOf('Token') }),
    name: t.exposeString('name', { nullable: true, description: 'What it is for.' }),
    hint: t.exposeString('hint', { description: 'The last characters of the secret.' }),
    scopes: t.field({
      type: [TokenScopeEnum],
      description: 'What it may be used for.',
      resolve: ({ scopes }) => scopes as ('READ' | 'WRITE' | 'ADMIN')[],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'Null: never.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is worthless.',
    }),
    isCurrent: t.boolean({
      description: 'Whether it is the one that asks.',
      resolve: ({ id }, _, { actor }) => actor?.kind === 'AGENT' && actor.tokenId === id,
    }),
  }),
})

findable('Token', Token, ({ app, actor }, id) =>
  actor?.kind === 'AGENT'
    ? app.db.prisma.token.findFirst({
        omit: { hash: true },
        where: { id, ...(actor.role === 'ADMIN' ? { agentId: { not: null } } : { agentId: actor.agentId }) },
      })
    : null,
)

builder.queryField('apiTokens', (t) =>
  t.field({
    type: [Token],
    description: 'Your API tokens that are not revoked, newest first.',
    resolve: (_, __, { app, actor }) => ownTokens(app, actor, { kind: 'API' }),
  }),
)

builder.queryField('sessions', (t) =>
  t.field({
    type: [Token],
    description:
      'Your sessions that are open, newest first. `revokeSession` ends one, `setPassword` all others.',
    resolve: (_, __, { app, actor }) =>
      ownTokens(app, actor, { kind: 'SESSION', expiresAt: { gt: app.db.clock.now() } }),
  }),
)

function ownTokens(app: App, actor: Actor | null, which: Prisma.TokenWhereInput) {
  if (actor?.kind !== 'AGENT') return []
  return app.db.prisma.token.findMany({
    omit: { hash: true },
    where: { ...which, agentId: actor.agentId, revokedAt: null },
    orderBy: { id: 'desc' },
    take: 1_000,
  })
}

mutation('createApiToken', {
  description: 'Makes an API token; its secret is shown in this answer only.',
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is for.' }),
    agentId: t.id({ description: 'Whom it stands for; you when left out. Only admins may name others.' }),
    scopes: t.field({
      type: [TokenScopeEnum],
      description: 'READ, and at most your own; all of yours when left out.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Never when left out. At the latest when the API token that asks does.',
    }),
  }),
  changes: { token: 'Token' },
  run: (input, { app, actor }, call) =>
    createApiToken(app.db, actor, { ...input, agentId: optionalId('Agent', input.agentId) }, call),
  once: (t) => ({
    secret: t.string({
      nullable: true,
      description: 'Send it as `Authorization: Bearer <secret>`. Null in a repeat.',
      resolve: (result) => result.secret ?? null,
    }),
  }),
})

mutation('revokeApiToken', {
  description: 'Makes an API token worthless within a second. Your own; for admins, anyone’s.',
  input: (t) => ({ tokenId: t.id({ required: true, description: 'The token.' }) }),
  changesRights: true,
  changes: { token: 'Token' },
  run: (input, { app, actor }, call) =>
    revokeApiToken(app.db, actor, { tokenId: argumentId('Token', input.tokenId) }, call),
})

mutation('revokeSession', {
  description:
    'Ends a session within a second, also the one that asks. Your own; for admins, anyone’s. `setPassword` and `archiveAgent` end all of an agent’s.',
  input: (t) => ({ sessionId: t.id({ required: true, description: 'The session.' }) }),
  changesRights: true,
  changes: { session: 'Token' },
  run: (input, { app, actor }, call) =>
    revokeSession(app.db, actor, { sessionId: argumentId('Token', input.sessionId) }, call),
})

mutation('signIn', {
  description:
    'Opens a session of 14 days. A repeat opens another: the token is kept nowhere, so it cannot be given again. At most 10 failed attempts per e-mail in 15 minutes.',
  keyed: false,
  input: (t) => ({
    email: t.string({ required: true, description: 'Your e-mail.' }),
    password: t.string({ required: true, description: 'Your password.' }),
  }),
  changes: {},
  errors: [RateLimitedError],
  run: (input, { app }) => signIn(app.db, app.signInLimit, input),
  once: (t) => ({
    token: t.string({
      description: 'Send it as `Authorization: Bearer <token>`.',
      resolve: (result) => result.secret,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the session ends.',
      resolve: (result) => result.token.expiresAt,
    }),
    agent: t.field({
      type: Agent,
      nullable: true,
      description: 'Who you are.',
      resolve: (result, _, { load }) => load.namedAgent(result.agentId),
    }),
  }),
})

mutation('signOut', {
  description:
    'Ends the session, or revokes the token, that asks. Once it is ended, a repeat is refused like every call with it: 401.',
  keyed: false,
  input: (t) => ({
    idempotencyKey: t.string({ description: 'Not needed: to sign out twice is to sign out once.' }),
  }),
  changesRights: true,
  changes: {},
  run: async (_, { app, actor }) => {
    await signOut(app.db, actor)
    return {}
  },
  once: (t) => ({ signedOut: t.boolean({ description: 'Always true.', resolve: () => true }) }),
})
