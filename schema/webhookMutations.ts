import type { GraphQLSchema } from 'graphql'
import { createWebhook } from '../src/webhook/create.js'
import { rotateWebhookSecret } from '../src/webhook/rotateSecret.js'
import { sendSample } from '../src/webhook/sendSample.js'
import { archiveWebhook, pauseWebhook, resumeWebhook } from '../src/webhook/setState.js'
import type { DocumentCheck } from '../src/webhook/settings.js'
import { updateWebhook } from '../src/webhook/update.js'
import { type InputFields, mutation, type PayloadFields } from './mutation.js'
import { argumentId } from './node.js'
import { documentFaults } from './webhookDocument.js'
import { sampleFor } from './webhookSample.js'

const checkWith =
  (schema: GraphQLSchema): DocumentCheck =>
  (...given) =>
    documentFaults(schema, ...given)

mutation('createWebhook', {
  description:
    'Sends what happens to an address of yours: `subscription` is run for each event with your rights, and its result is posted as `{ type, timestamp, schemaVersion, data, errors }`, signed as Standard Webhooks says. One event after the other for each conversation, each until it is answered with 2xx. For admins.',
  input: (t) => ({
    url: t.string({ required: true, description: 'Where to; https, unless private addresses are allowed.' }),
    subscription: t.string({
      required: true,
      description:
        'A document with one subscription to `events`, without `after`: subscription { events { type conversation { id } } }',
    }),
    variables: t.field({ type: 'JSONObject', description: "The document's variables." }),
    secret: t.string({
      description: 'What it is signed with: `whsec_` and 24 to 64 bytes in base64. Made when left out.',
    }),
  }),
  changes: { webhook: 'Webhook' },
  run: (input, { app, actor }, call, schema) =>
    createWebhook(
      app.db,
      app.secrets,
      actor,
      { ...input, variables: input.variables ?? {} },
      checkWith(schema),
      call,
    ),
  once: secretField,
})

mutation('updateWebhook', {
  description:
    'Changes where a webhook goes or what it asks for; what is left out stays. One that a fault has stopped goes on after `resumeWebhook`. For admins.',
  input: (t) => ({
    ...named(t),
    url: t.string({ description: 'Where to.' }),
    subscription: t.string({ description: 'A document with one subscription to `events`.' }),
    variables: t.field({ type: 'JSONObject', description: "The document's variables." }),
  }),
  changes: { webhook: 'Webhook' },
  run: (input, { app, actor }, call, schema) =>
    updateWebhook(app.db, actor, { ...input, ...idIn(input) }, checkWith(schema), call),
})

mutation('rotateWebhookSecret', {
  description:
    'Gives a webhook a new secret. Until the overlap ends it is signed with the one before as well, so that nothing fails while the receiver learns the new one. For admins.',
  input: (t) => ({
    ...named(t),
    secret: t.string({ description: '`whsec_` and 24 to 64 bytes in base64. Made when left out.' }),
    overlapHours: t.int({
      description: 'How long it is signed with the one before too: 0 to 720, 24 unless said.',
    }),
  }),
  changes: { webhook: 'Webhook' },
  run: (input, { app, actor }, call) =>
    rotateWebhookSecret(app.db, app.secrets, actor, { ...input, ...idIn(input) }, call),
  once: secretField,
})

for (const [name, operation, description] of [
  ['pauseWebhook', pauseWebhook, 'Sends nothing more to a webhook; what happens meanwhile goes out later.'],
  [
    'resumeWebhook',
    resumeWebhook,
    'Lets a webhook go on from where it was, and forgets its fault. When its owner is no admin any more, it has your rights from then on.',
  ],
  ['archiveWebhook', archiveWebhook, 'Ends a webhook; what has not been sent is given up.'],
] as const) {
  mutation(name, {
    description: `${description} For admins.`,
    input: named,
    changes: { webhook: 'Webhook' },
    run: (input, { app, actor }, call) => operation(app.db, actor, idIn(input), call),
  })
}

mutation('testWebhook', {
  description:
    'Sends a sample to a webhook: what its document shows of a recent event, under the type TEST. What came of it is in its deliveries. For admins.',
  input: named,
  changes: { webhook: 'Webhook' },
  run: async (input, context, call, schema) => {
    const { webhookId } = idIn(input)
    const sample = await sampleFor(context, schema, webhookId)
    return sendSample(context.app.db, context.actor, { webhookId, sample }, call)
  },
})

function named(t: InputFields) {
  return { webhookId: t.id({ required: true, description: 'The webhook.' }) }
}

function idIn({ webhookId }: { webhookId: string }) {
  return { webhookId: argumentId('Webhook', webhookId) }
}

/** Shown in one answer and never again. */
function secretField(t: PayloadFields<{ secret?: string }>) {
  return {
    secret: t.string({
      nullable: true,
      description: 'What it is signed with; shown in this answer only. Null in a repeat.',
      resolve: ({ secret }) => secret ?? null,
    }),
  }
}
