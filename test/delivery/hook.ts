import type { TestServer } from '../support/server.js'
import type { TestReceiver, Webhook } from '../webhooks/receiver.js'
import { createWebhook } from '../webhooks/webhookSetup.js'

const document = `subscription Told($inboxId: ID!) {
  events(filter: { inboxId: $inboxId, types: [MESSAGE_ADDED, TITLE_CHANGED] }) {
    ... on MessageAdded { message { text } } } }`

/** A webhook that is told what is written in an inbox of its own, and of titles. */
export async function connectWebhook(server: TestServer, receiver: TestReceiver) {
  const inboxId = await server.inbox()
  const webhook = await createWebhook(server, receiver, { subscription: document, variables: { inboxId } })
  const change = (mutation: string, input: object) =>
    server.must(
      `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) {
        __typename ... on Error { reason: message } } }`,
      { input },
    )

  return {
    ...webhook,
    conversation: (text = 'Hello') => server.conversation(inboxId, text),
    say: (conversationId: string, body: string) => change('addNote', { conversationId, body }),
    rename: (conversationId: string, title: string) =>
      change('updateConversation', { conversationId, title }),
    pause: () => webhook.act('pauseWebhook'),
    resume: () => webhook.act('resumeWebhook'),
    archive: () => webhook.act('archiveWebhook'),
  }
}

/** What a webhook told was written. */
export const saidIn = ({ body }: Webhook): string => body.data.events.message?.text
