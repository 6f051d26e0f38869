import { runInNewContext } from 'node:vm'
import { type OperationDefinitionNode, parse, print, separateOperations } from 'graphql'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { seed } from '../../prisma/seed.js'
import { tokenScopes } from '../../src/actor.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

interface Tab {
  query: string
  variables?: string
  headers?: string
}

interface Options {
  headers?: string
  defaultTabs: Tab[]
}

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
  const { db, secrets } = server.app
  const { id, name } = await db.prisma.agent.findFirstOrThrow({ where: { role: 'ADMIN' } })
  await seed(db, secrets, {
    kind: 'AGENT',
    agentId: id,
    name,
    role: 'ADMIN',
    isBot: false,
    inboxIds: [],
    scopes: tokenScopes,
    tokenId: id,
  })
})
afterAll(() => server?.stop())

/** What the page gives GraphiQL in a browser at this address, that keeps this in its session. */
async function open(hash: string, session = new Map<string, string>()): Promise<Options> {
  const page = await (await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } })).text()
  const render = vi.fn()
  const place = {
    location: { hash, pathname: '/graphql', search: '' },
    history: {
      replaceState(_: null, __: string, address: string) {
        place.location.hash = new URL(address, server.url).hash
      },
    },
    sessionStorage: {
      getItem: (name: string) => session.get(name) ?? null,
      setItem: (name: string, value: string) => session.set(name, value),
    },
    window: { document: { querySelector: () => 'the root' } },
    fetch: (address: string, request: RequestInit) => fetch(new URL(address, server.url), request),
    YogaGraphiQL: { renderYogaGraphiQL: render },
    URLSearchParams,
  }
  const [, ours = ''] = /<script>(\s+const token[\s\S]*?)<\/script>/.exec(page) ?? []
  const [last = ''] = page.slice(page.lastIndexOf('openGraphiql(')).split('</script>')
  runInNewContext(`${ours}\n${last}`, place)
  await vi.waitFor(() => expect(render).toHaveBeenCalledOnce(), 15_000)
  expect(place.location.hash).toBe('')
  const [[root, options] = []] = render.mock.calls
  expect(root).toBe('the root')
  return options
}

test('every example runs on the sample data, signed in by the link', async () => {
  const { headers, defaultTabs } = await open(`#token=${server.token}`)
  const signedIn = { authorization: `Bearer ${server.token}` }
  expect(JSON.parse(headers ?? '')).toEqual(signedIn)
  const ran: string[] = []
  for (const tab of defaultTabs) {
    expect(JSON.parse(tab.headers ?? '')).toEqual(signedIn)
    for (const [name, operation] of Object.entries(separateOperations(parse(tab.query)))) {
      ran.push(name)
      const data = await shown(operation.definitions as OperationDefinitionNode[], tab)
      for (const value of Object.values(data)) {
        expect(value, name).not.toBeNull()
        expect(value, name).not.toHaveProperty('code')
      }
    }
  }
  expect(ran).toEqual(['Inbox', 'Live', 'Conversation', 'Reply', 'Follow'])
})

async function shown(definitions: OperationDefinitionNode[], tab: Tab): Promise<Record<string, unknown>> {
  const variables = JSON.parse(tab.variables ?? '{}')
  const text = definitions.map(print).join('\n')
  if (!definitions.some(({ operation }) => operation === 'subscription'))
    return server.must(text, variables, server.token)
  const client = connect(server.url, server.token)
  const listener = listen(client, text, variables)
  let isOver = false
  const [inboxId] = (await server.must('{ inboxes { id } }')).inboxes.map(({ id }: { id: string }) => id)
  const happening = (async () => {
    while (!isOver) await server.conversation(inboxId)
  })()
  try {
    return await listener.next()
  } finally {
    isOver = true
    await happening
    listener.stop()
    await client.dispose()
  }
}

test('a page that is loaded again is still signed in; without a token the examples show where an id goes', async () => {
  const again = await open('', new Map([['graphdesk', server.token]]))
  expect(again.headers).toContain(server.token)
  const { headers, defaultTabs } = await open('')
  expect(headers).toBeUndefined()
  expect(defaultTabs.map(({ variables }) => variables?.includes('conv_…') ?? true)).toEqual(
    defaultTabs.map(() => true),
  )
  expect(again.defaultTabs.some(({ variables }) => variables?.includes('conv_…'))).toBe(false)
})
