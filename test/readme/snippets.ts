import { parse, print, separateOperations } from 'graphql'
import { vi } from 'vitest'
import { startEmulator } from '../../fin-emulator/emulator.js'
import { startTestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'
import type { Block } from './documents.js'
import { callsOf, curlRequest } from './shell.js'

/** Commands of npm itself that a snippet may name. */
export const ofNpm = ['ci', 'install', 'pack']

/** What snippets are run against: a helpdesk that is connected with an emulator of Fin. */
export type Place = Awaited<ReturnType<typeof startPlace>>

export async function startPlace() {
  const server = await startTestServer()
  const key = { identifier: 'a3c729d4e8f6b15c', webhookKey: 'emulator-webhook-key' }
  const emulator = await startEmulator({ ...key, retryDelayMs: 1 })
  const fin = await server.createFin({ ...key, webhookBaseUrl: emulator.url })
  const { clientId, clientSecret } = fin
  await emulator.connect({ helpdesk: server.url, variant: 'posts', clientId, clientSecret })
  return {
    server,
    emulator,
    fin,
    async stop() {
      await emulator.stop()
      await server.stop()
    },
  }
}

/** Runs each operation of a block, with the variables that the next block gives. */
export async function runGraphql({ server, fin }: Place, block: Block): Promise<void> {
  const text = block.next?.info === 'json variables' ? block.next.text : '{}'
  const placeholders: Record<string, string> = {
    'conv_…': await server.conversation(fin.inboxId),
    'delivery_…': await someDelivery(server),
    'fin_…': fin.integrationId,
    'webhook_…': text.includes('webhook_…') ? await webhookOf(server) : '',
  }
  const variables = JSON.parse(text.replaceAll(/\w+_…/g, (name) => placeholders[name] ?? name))
  for (const operation of Object.values(separateOperations(parse(block.text)))) {
    const document = print(operation)
    if (/^subscription\b/.test(document)) await firstEvent({ server, fin }, document, variables)
    else {
      const { status, data, errors } = await server.graphql(document, variables)
      if (status !== 200) throw new Error(`Answered with status ${status}.`)
      refuseFailure({ data, errors })
    }
  }
}

/** A webhook to act on. */
async function webhookOf(server: Place['server']): Promise<string> {
  const { createWebhook } = await server.must(
    `mutation { createWebhook(input: { url: "http://127.0.0.1:1", subscription: "subscription { events { type } }" }) {
      __typename ... on CreateWebhookPayload { webhook { id } } } }`,
  )
  return createWebhook.webhook.id
}

/** The newest webhook that was made of what has happened so far. */
function someDelivery(server: Place['server']): Promise<string> {
  return vi.waitFor(
    async () => {
      const { deliveries } = await server.must('{ deliveries(first: 1) { nodes { id } } }')
      if (deliveries.nodes.length === 0) throw new Error('There is no delivery yet.')
      return deliveries.nodes[0].id
    },
    { timeout: 15_000 },
  )
}

async function firstEvent({ server, fin }: Pick<Place, 'server' | 'fin'>, text: string, variables: object) {
  const client = connect(server.url, server.token)
  const listener = listen(client, text, { ...variables })
  const stopEvents = causeEvents({ server, fin })
  try {
    refuseFailure({ data: await listener.next() })
  } finally {
    await stopEvents()
    listener.stop()
    await client.dispose()
  }
}

/** Something happens until it is stopped: when exactly a subscription begins cannot be told from outside. */
export function causeEvents({ server, fin }: Pick<Place, 'server' | 'fin'>): () => Promise<void> {
  let stopped = false
  const happening = (async () => {
    while (!stopped) await server.conversation(fin.inboxId)
  })()
  return async () => {
    stopped = true
    await happening
  }
}

/** Makes the requests of a shell snippet and returns their answers; of other programs only the words are checked. */
export async function runShell(place: Place, block: Block, scripts: readonly string[]): Promise<unknown[]> {
  const calls = callsOf(atPlace(place, block.text), await shellVariables(place, block))
  const answers: unknown[] = []
  for (const [program, ...words] of calls) {
    if (program === 'curl') answers.push(await answerOf(place, words))
    if (program !== 'npm') continue
    const script = words[0] === 'run' ? words[1] : words[0]
    if (![...ofNpm, ...scripts].includes(script ?? '')) throw new Error(`There is no script ${script}.`)
  }
  return answers
}

export function atPlace({ server, emulator }: Place, text: string): string {
  return text
    .replaceAll('http://localhost:4000', server.url)
    .replaceAll('http://localhost:4100', emulator.url)
}

/** What an `export` above a snippet tells the reader to fill in. */
async function shellVariables({ server, emulator, fin }: Place, { text }: Block) {
  const variables: Record<string, string> = {
    TOKEN: server.token,
    CLIENT_ID: fin.clientId,
    CLIENT_SECRET: fin.clientSecret,
    DATABASE_DIRECT_URL: server.ownerUrl,
    CONVERSATION: await server.conversation(fin.inboxId),
  }
  if (text.includes('$FIN_TOKEN')) {
    variables.FIN_TOKEN = await finToken(server.url, fin.clientId, fin.clientSecret)
  }
  if (text.includes('$FIN_CONVERSATION')) {
    const opening = { user: { name: 'Jane Doe', email: 'jane@example.com' }, body: 'Hello' }
    const opened = await json(`${emulator.url}/messenger/conversations`, opening)
    variables.FIN_CONVERSATION = opened.id ?? ''
  }
  return variables
}

/** What Fin gets for its client credentials. */
export async function finToken(url: string, clientId: string, clientSecret: string): Promise<string> {
  const client = { client_id: clientId, client_secret: clientSecret }
  const answer = await json(`${url}/oauth/token`, { grant_type: 'client_credentials', ...client })
  return answer.access_token ?? ''
}

async function json(url: string, body: object): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Record<string, string>
}

async function answerOf(place: Place, words: string[]): Promise<unknown> {
  const { url, ...request } = curlRequest(words)
  const streamed = request.headers.accept === 'text/event-stream'
  const stopEvents = streamed ? causeEvents(place) : async () => {}
  try {
    const response = await fetch(url, request)
    if (!response.ok) throw new Error(`Answered with status ${response.status}: ${await response.text()}`)
    const answer = streamed ? await firstOf(response) : await response.json()
    refuseFailure(answer)
    return answer
  } finally {
    await stopEvents()
  }
}

/** The first result in a stream of server-sent events. */
async function firstOf(response: Response): Promise<object> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`The stream ended without a result: ${text}`)
    text += decoder.decode(value, { stream: true })
    const data = /^event: next\ndata: (.*)\n\n/m.exec(text)?.[1]
    if (!data) continue
    await reader.cancel()
    return JSON.parse(data) as object
  }
}

/** Throws for GraphQL errors, and for a mutation's result that is an error or shows nothing. */
function refuseFailure(answer: { data?: unknown; errors?: unknown }): void {
  if (answer.errors) throw new Error(JSON.stringify(answer.errors))
  for (const value of Object.values(answer.data ?? {})) {
    const failed = typeof value === 'object' && value !== null && 'code' in value
    if (failed || (typeof value === 'object' && Object.keys(value ?? {}).length === 0))
      throw new Error(`The result is ${JSON.stringify(value)}.`)
  }
}
