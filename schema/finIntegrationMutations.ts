import { publicId } from '../src/ids.js'
import { createFinIntegration } from '../src/integration/create.js'
import { rotateFinClientSecret } from '../src/integration/rotateSecret.js'
import { setFinIntegrationState } from '../src/integration/setState.js'
import { setFinStaticToken } from '../src/integration/staticToken.js'
import { updateFinIntegration } from '../src/integration/update.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { EmailBindingEnum, FinRegionEnum, SignatureModeEnum } from './enums.js'
import { type InputFields, mutation, type PayloadFields } from './mutation.js'
import { argumentId, optionalId } from './node.js'

const Endpoint = builder
  .objectRef<{ operation: string; method: string; url: string }>('FinEndpoint')
  .implement({
    description: "One address for Fin's deployment page.",
    fields: (t) => ({
      operation: t.exposeString('operation', { description: 'What Fin calls it.' }),
      method: t.exposeString('method', { description: 'HTTP method.' }),
      url: t.exposeString('url', { description: 'What to paste.' }),
    }),
  })

const operations = [
  ['get_user', 'GET', 'user'],
  ['update_user', 'PUT', 'user'],
  ['create_user', 'POST', 'user'],
  ['get_agents', 'GET', 'agents'],
  ['get_conversation', 'GET', 'conversation'],
  ['update_conversation', 'PUT', 'conversation'],
  ['create_conversation', 'POST', 'conversation'],
  ['get_messages', 'GET', 'messages'],
  ['create_message', 'POST', 'messages'],
] as const

mutation('createFinIntegration', {
  description:
    "Connects an inbox with Fin. The answer has everything to paste into Fin's deployment page; the secret is shown in it only. Its addresses begin with PUBLIC_URL, which Intercom must be able to reach. For admins.",
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name among agents.' }),
    identifier: t.string({ required: true, description: 'The Identifier that the deployment page shows.' }),
    region: t.field({
      type: FinRegionEnum,
      required: true,
      description: 'Where the Intercom workspace is hosted.',
    }),
    webhookKey: t.string({
      required: true,
      description: 'The webhook secret that the deployment page shows; stored encrypted.',
    }),
    webhookBaseUrl: t.string({
      description: "Where webhooks go; the region's own host when left out. For the emulator: its address.",
    }),
    ...settingFields(t),
    staticToken: t.string({
      description: 'A fixed bearer token of at least 32 characters, instead of OAuth; stored hashed.',
    }),
    agentId: t.id({ description: 'The bot agent that stands for Fin; made when left out.' }),
    inboxId: t.id({ description: 'Where its conversations arrive; made when left out.' }),
  }),
  changesRights: true,
  changes: { integration: 'FinIntegration' },
  run: (input, { app, actor }, call) =>
    createFinIntegration(
      app.db,
      app.secrets,
      actor,
      { ...input, agentId: optionalId('Agent', input.agentId), inboxId: optionalId('Inbox', input.inboxId) },
      call,
    ),
  once: (t) => ({
    tokenUrl: t.string({
      description: 'The OAuth token address.',
      resolve: (_, __, { app }) => `${app.publicUrl()}/oauth/token`,
    }),
    ...credentialFields(t),
    agentId: t.id({
      nullable: true,
      description: 'The id of the agent that stands for Fin.',
      resolve: ({ integration }) => publicId('Agent', integration.agentId),
    }),
    endpoints: t.field({
      type: [Endpoint],
      description: 'The nine addresses of the POST-only variant, the one to prefer.',
      resolve: (_, __, context) =>
        operations.map(([operation]) => endpoint(context, operation, 'POST', operation)),
    }),
    restEndpoints: t.field({
      type: [Endpoint],
      description: 'The nine addresses of the REST variant.',
      resolve: (_, __, context) =>
        operations.map(([operation, method, path]) => endpoint(context, operation, method, path)),
    }),
  }),
})

/** What create and update have in common; left out, it stays, or is as usual. */
function settingFields(t: InputFields) {
  return {
    signingSecret: t.string({
      description:
        'The key of the request signatures; stored encrypted. With one, every request must be signed. Null: none.',
    }),
    signatureMode: t.field({
      type: SignatureModeEnum,
      description: 'What becomes of a request whose signature does not fit; ENFORCE unless said.',
    }),
    allowedNetworks: t.stringList({
      description:
        'Where requests may come from, in CIDR notation; empty: from the networks of FIN_NETWORKS_FILE, else from anywhere.',
    }),
    sendsNotes: t.boolean({ description: 'Whether Fin is shown private notes; true unless said.' }),
    emailBinding: t.field({
      type: EmailBindingEnum,
      description: 'What an e-mail address alone is worth; BIND unless said.',
    }),
  }
}

mutation('updateFinIntegration', {
  description:
    'Changes the settings of a connection with Fin; what is left out stays. Webhooks that a fault has stopped go out again after `resumeIntegration`. For admins.',
  input: (t) => ({
    integrationId: t.id({ required: true, description: 'The integration.' }),
    name: t.string({ description: 'Its name among agents.' }),
    identifier: t.string({ description: 'The Identifier that the deployment page shows.' }),
    region: t.field({ type: FinRegionEnum, description: 'Where the Intercom workspace is hosted.' }),
    webhookKey: t.string({ description: 'The webhook secret that the deployment page shows.' }),
    webhookBaseUrl: t.string({ description: 'Where webhooks go.' }),
    ...settingFields(t),
  }),
  changesRights: true,
  changes: { integration: 'FinIntegration' },
  run: (input, { app, actor }, call) => {
    const integrationId = argumentId('FinIntegration', input.integrationId)
    return updateFinIntegration(app.db, app.secrets, actor, { ...input, integrationId }, call)
  },
})

mutation('rotateFinClientSecret', {
  description:
    'Gives an integration new OAuth credentials. Those before work until the overlap ends, so that nothing fails while the new ones are pasted. For admins.',
  input: (t) => ({
    integrationId: t.id({ required: true, description: 'The integration.' }),
    overlapHours: t.int({ description: 'How long those before still work: 0 to 720, 24 unless said.' }),
  }),
  changes: { integration: 'FinIntegration' },
  run: (input, { app, actor }, call) => {
    const integrationId = argumentId('FinIntegration', input.integrationId)
    return rotateFinClientSecret(app.db, actor, { ...input, integrationId }, call)
  },
  once: credentialFields,
})

mutation('setFinStaticToken', {
  description:
    'Sets the fixed token that Fin may use instead of OAuth, or takes it away. One before works until the overlap ends. For admins.',
  input: (t) => ({
    integrationId: t.id({ required: true, description: 'The integration.' }),
    staticToken: t.string({ description: 'At least 32 characters; stored hashed. Null: none any more.' }),
    overlapHours: t.int({ description: 'How long the one before still works: 0 to 720, 24 unless said.' }),
  }),
  changesRights: true,
  changes: { integration: 'FinIntegration' },
  run: (input, { app, actor }, call) => {
    const integrationId = argumentId('FinIntegration', input.integrationId)
    return setFinStaticToken(app.db, actor, { ...input, integrationId }, call)
  },
})

/** Shown in one answer and never again. */
function credentialFields(t: PayloadFields<{ clientId?: string; clientSecret?: string }>) {
  return {
    clientId: t.string({
      nullable: true,
      description: 'The OAuth client id. Null in a repeat.',
      resolve: ({ clientId }) => clientId ?? null,
    }),
    clientSecret: t.string({
      nullable: true,
      description: 'The OAuth client secret. Null in a repeat.',
      resolve: ({ clientSecret }) => clientSecret ?? null,
    }),
  }
}

function endpoint({ app }: Context, operation: string, method: string, path: string) {
  return { operation, method, url: `${app.publicUrl()}/api/fin/${path}` }
}

for (const [name, state, description] of [
  [
    'pauseIntegration',
    'PAUSED',
    'Stops the webhooks of an integration; what happens meanwhile goes out when it is resumed. For admins.',
  ],
  [
    'resumeIntegration',
    'ACTIVE',
    'Lets the webhooks of an integration go out again and forgets its fault. For admins.',
  ],
] as const) {
  mutation(name, {
    description,
    input: (t) => ({ integrationId: t.id({ required: true, description: 'The integration.' }) }),
    changes: { integration: 'FinIntegration' },
    run: (input, { app, actor }, call) => {
      const integrationId = argumentId('FinIntegration', input.integrationId)
      return setFinIntegrationState(app.db, actor, { integrationId, state }, call)
    },
  })
}
