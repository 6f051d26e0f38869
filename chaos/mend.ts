import { setTimeout as pause } from 'node:timers/promises'
import { createGraphql } from '../fin-emulator/demo/graphql.js'
import type { Accounts } from './load/accounts.js'

const everyMs = 500

/** An admin who resumes what a redirect has stopped, again and again. */
export function startMending(
  urls: readonly string[],
  { adminToken, integrationId, webhookId }: Accounts,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const admins = urls.map((url) => createGraphql(url, adminToken))
  let turn = 0

  async function look() {
    const admin = admins[turn++ % admins.length]
    const fin = await admin?.ask<{ fault: string | null }>(finFault, { id: integrationId })
    if (fin?.fault) await admin?.ask(resumeFin, { id: integrationId })
    const webhook = await admin?.ask<{ fault: string | null }>(webhookFault, { id: webhookId })
    if (webhook?.fault) await admin?.ask(resumeWebhook, { id: webhookId })
  }

  const done = (async () => {
    while (!stopping.signal.aborted) {
      // A node that was killed is asked again, or the other one.
      await look().catch(() => undefined)
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}

const finFault = 'query ($id: ID!) { finIntegration(id: $id) { fault } }'
const webhookFault = 'query ($id: ID!) { node(id: $id) { ... on Webhook { fault } } }'

const resumeFin = `mutation ($id: ID!) {
  resumeIntegration(input: { integrationId: $id }) { __typename ... on Error { message } }
}`

const resumeWebhook = `mutation ($id: ID!) {
  resumeWebhook(input: { webhookId: $id }) { __typename ... on Error { message } }
}`
