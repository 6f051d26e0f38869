import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { recordNotice } from '../../src/notice/record.js'
import { startTestServer, type TestServer } from '../support/server.js'

import { connect, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ database: { poolSize: 6 } })
})
afterAll(async () => {
  await server.stop()
  expect(server.faults).toEqual([])
})

const duties = async (token: string) =>
  (await server.must('{ viewer { permissions duties } }', {}, token)).viewer

test('a role gives its duties, and a token no more than its scopes', async () => {
  const inboxId = await server.inbox()
  const expected = {
    READ_ONLY: { permissions: ['READ'], duties: ['KEEP_OWN'] },
    AGENT: { permissions: ['READ', 'WRITE'], duties: ['KEEP_OWN', 'ANSWER'] },
    SUPERVISOR: { permissions: ['READ', 'WRITE'], duties: ['KEEP_OWN', 'ANSWER', 'MANAGE'] },
    ADMIN: {
      permissions: ['READ', 'WRITE', 'ADMIN'],
      duties: ['KEEP_OWN', 'ANSWER', 'MANAGE', 'ADMINISTER'],
    },
  }
  for (const [role, rights] of Object.entries(expected)) {
    const { token } = await server.agent('Ann', [inboxId], role)
    expect(await duties(token), role).toEqual(rights)
    const lesser = await change(
      'createApiToken',
      { name: 'lesser', scopes: ['READ', 'WRITE'] },
      token,
      'secret',
    )
    expect((await duties(lesser.secret)).duties, role).toEqual(
      role === 'READ_ONLY' ? ['KEEP_OWN'] : ['KEEP_OWN', 'ANSWER'],
    )
    const least = await change('createApiToken', { name: 'least', scopes: ['READ'] }, token, 'secret')
    expect(await duties(least.secret), role).toEqual({ permissions: ['READ'], duties: [] })
  }
})

test('another role holds at once, for requests and for what is open', async () => {
  const [own, other] = [await server.inbox(), await server.inbox()]
  const { id, token } = await server.agent('Bea', [own])
  const client = connect(server.url, token)
  onTestFinished(async () => client.dispose())
  const { eventCursor: after } = await server.must('{ eventCursor }')
  const events = listen(
    client,
    'subscription ($after: EventCursor) { events(after: $after) { conversation { id } } }',
    { after },
  )
  const heardUpTo = async (conversationId: string) => {
    const heard = await events.until((data) => data.events.conversation?.id === conversationId)
    return heard.map((data) => data.events.conversation?.id)
  }
  const conversationId = await server.conversation(own)
  await heardUpTo(conversationId)
  const note = () => change('addNote', { conversationId, body: 'a note' }, token)
  const createInbox = () => change('createInbox', { name: 'Theirs' }, token)
  await note()
  await expect(createInbox()).rejects.toThrow('FORBIDDEN')

  await role(id, 'ADMIN')
  await heardUpTo(await server.conversation(other))
  await createInbox()

  await role(id, 'READ_ONLY')
  await expect(note()).rejects.toThrow('may only read')
  await expect(createInbox()).rejects.toThrow('FORBIDDEN')
  const hidden = await server.conversation(other)
  expect(await heardUpTo(await server.conversation(own))).not.toContain(hidden)

  await role(id, 'AGENT')
  await note()
})

test('a stream for admins ends for one who is made something else', async () => {
  const { id, token } = await server.agent('Cleo', [], 'ADMIN')
  const stream = listenSse(server.url, token, 'subscription { noticeAdded { id } }')
  onTestFinished(() => stream.stop())
  const notice = () =>
    server.app.db.transaction((tx) => recordNotice(tx, { kind: 'EVENTS_MISSED', detail: 'For the test.' }))
  let isOpen = false
  const first = stream.next().then(() => {
    isOpen = true
  })
  while (!isOpen) await notice()
  await first
  await role(id, 'SUPERVISOR')
  await notice()
  await expect(stream.until(() => false)).rejects.toThrow('ended')
})

test('the last admin stays one and cannot be archived, also when two stop at the same time', async () => {
  const { viewer } = await server.must('{ viewer { agent { id } } }')
  const first = viewer.agent.id
  const admins = await server.must('{ agents { id role } }')
  for (const { id } of admins.agents.filter(
    (agent: { id: string; role: string }) => agent.role === 'ADMIN' && agent.id !== first,
  ))
    await role(id, 'AGENT')
  await expect(role(first, 'SUPERVISOR')).rejects.toThrow('the last admin')
  await expect(change('archiveAgent', { agentId: first })).rejects.toThrow('the last admin')
  await role(first, 'ADMIN')

  for (let round = 0; round < 5; round++) {
    const second = await server.agent('Dora', [], 'ADMIN')
    const both = await Promise.allSettled([
      role(first, 'AGENT', second.token),
      change('archiveAgent', { agentId: second.id }, server.token),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const isFirstOne = (await duties(server.token)).duties.includes('ADMINISTER')
    if (!isFirstOne) {
      await role(first, 'ADMIN', second.token)
      await role(second.id, 'AGENT')
    }
  }
})

test('an archived account opens nothing, keeps what it holds, and comes back with its rights but none of its tokens', async () => {
  const inboxId = await server.inbox()
  const { id, token } = await server.agent('Emma', [inboxId])
  const email = `${id}@example.com`
  const password = 'a long password'
  const { agent } = await change(
    'createAgent',
    { name: 'Fay', email, password },
    server.token,
    'agent { id }',
  )
  await change('addInboxMember', { inboxId, agentId: agent.id })
  const conversationId = await server.conversation(inboxId)
  await change('assignConversation', { conversationId, agentId: id })
  const client = connect(server.url, token)
  onTestFinished(async () => client.dispose())
  const open = listen(client, 'subscription { liveMetrics(every: 1) { at } }')
  await open.next()

  for (const agentId of [id, agent.id]) await change('archiveAgent', { agentId })
  expect((await server.graphql('{ viewer { duties } }', {}, token)).status).toBe(401)
  await expect(change('signIn', { email, password }, null, 'token')).rejects.toThrow('UNAUTHENTICATED')
  await expect(open.until(() => false)).rejects.toBeTruthy()
  const seen = await server.must(
    `query ($inbox: ID!, $conversation: ID!, $agent: ID!) {
      node(id: $inbox) { ... on Inbox { members { id } } }
      conversation(id: $conversation) { assignee { id } }
      agents { id }
      archived: agents(archived: true) { id }
      agent: node(id: $agent) { ... on Agent { archivedAt } } }`,
    { inbox: inboxId, conversation: conversationId, agent: id },
  )
  const members = seen.node.members.map((member: { id: string }) => member.id)
  expect(members).not.toContain(id)
  expect(members).not.toContain(agent.id)
  expect(seen.agents.map((one: { id: string }) => one.id)).not.toContain(id)
  expect(seen.archived.map((one: { id: string }) => one.id)).toEqual(expect.arrayContaining([id, agent.id]))
  expect(seen.conversation.assignee.id).toBe(id)
  expect(seen.agent.archivedAt).not.toBeNull()
  await expect(change('addInboxMember', { inboxId, agentId: id })).rejects.toThrow('NOT_FOUND')

  for (const agentId of [id, agent.id]) await change('restoreAgent', { agentId })
  expect((await server.graphql('{ viewer { duties } }', {}, token)).status).toBe(401)
  const { secret } = await change('createApiToken', { name: 'new', agentId: id }, server.token, 'secret')
  expect((await duties(secret)).duties).toEqual(['KEEP_OWN', 'ANSWER'])
  await change('signIn', { email, password }, null, 'token')
  await change('addNote', { conversationId, body: 'back' }, secret)
})

test('the agent that stands for Fin is not archived while its integration is there', async () => {
  const { agentId } = await server.createFin()
  await expect(change('archiveAgent', { agentId })).rejects.toThrow('stands for Fin')
})

test('who is taken out of an inbox sees it no more, at once', async () => {
  const inboxId = await server.inbox()
  const { token: supervisor } = await server.agent('Gina', [inboxId], 'SUPERVISOR')
  const { id, token } = await server.agent('Hanna', [inboxId])
  const conversationId = await server.conversation(inboxId)
  await change('addNote', { conversationId, body: 'a note' }, token)
  await change('removeInboxMember', { inboxId, agentId: id }, supervisor)
  await expect(change('addNote', { conversationId, body: 'a note' }, token)).rejects.toThrow('NOT_FOUND')
  const { conversation, agents } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { id } agents { id } }',
    { id: conversationId },
    token,
  )
  expect({ conversation, agents }).toEqual({ conversation: null, agents: [] })
})

test('a supervisor says who is in a team, and what is the team’s comes and goes with it', async () => {
  const inboxId = await server.inbox()
  const { token } = await server.agent('Lead', [inboxId], 'SUPERVISOR')
  const member = await server.agent('Member', [inboxId])
  const { team } = await change('createTeam', { name: 'Days' }, token, 'team { id }')
  await change(
    'createView',
    { name: 'Of the team', scope: 'TEAM', teamId: team.id, filter: {} },
    token,
    'view { id }',
  )
  const seen = async () => {
    const { teams, viewer } = await server.must(
      '{ teams { name members { name } } viewer { views { name } } }',
      {},
      member.token,
    )
    const members = teams.find(({ name }: { name: string }) => name === 'Days')?.members ?? []
    const views = viewer.views.map(({ name }: { name: string }) => name)
    return [members.map(({ name }: { name: string }) => name), views.includes('Of the team')]
  }
  expect(await seen()).toEqual([['Lead'], false])
  const membership = { teamId: team.id, agentId: member.id }
  await change('addTeamMember', membership, token, 'team { id } agent { id }')
  expect(await seen()).toEqual([['Lead', 'Member'], true])
  await change('removeTeamMember', membership, token, 'team { id }')
  expect(await seen()).toEqual([['Lead'], false])
})

test('a team shows those of its members whom one sees', async () => {
  const [own, other] = [await server.inbox(), await server.inbox()]
  const [near, far] = [await server.agent('Near', [own]), await server.agent('Far', [other])]
  const away = await server.agent('Away', [])
  const boss = await server.agent('Boss', [own], 'SUPERVISOR')
  const agentIds = [near.id, far.id, away.id]
  const { team } = await change('createTeam', { name: 'Both', agentIds }, server.token, 'team { id }')
  const names = async (token?: string) => {
    const seen = await server.must(
      'query ($id: ID!) { teams { id members { name } } node(id: $id) { ... on Team { members { name } } } }',
      { id: team.id },
      token,
    )
    const listed = seen.teams.find(({ id }: { id: string }) => id === team.id)
    expect(listed.members).toEqual(seen.node.members)
    return listed.members.map(({ name }: { name: string }) => name)
  }
  expect(await names()).toEqual(['Away', 'Far', 'Near'])
  expect(await names(near.token)).toEqual(['Near'])
  expect(await names(far.token)).toEqual(['Far'])
  expect(await names(away.token)).toEqual(['Away'])
  const { team: joined } = await change(
    'addTeamMember',
    { teamId: team.id, agentId: boss.id },
    boss.token,
    'team { members { name } }',
  )
  expect(joined.members).toEqual([{ name: 'Boss' }, { name: 'Near' }])
})

test('a supervisor is in the team they make, and can give it a view', async () => {
  const inboxId = await server.inbox()
  const { token } = await server.agent('Ida', [inboxId], 'SUPERVISOR')
  const colleague = await server.agent('Jane', [inboxId])
  const input = { name: 'Night shift', agentIds: [colleague.id, colleague.id] }
  const key = { idempotencyKey: 'once' }
  const { team } = await change('createTeam', { ...input, ...key }, token, 'team { id }')
  expect((await change('createTeam', { ...input, ...key }, token, 'team { id }')).team).toEqual(team)
  const view = { name: 'Nights', scope: 'TEAM', teamId: team.id, filter: {} }
  await change('createView', view, token)
  const { viewer } = await server.must('{ viewer { views { name } } }', {}, colleague.token)
  expect(viewer.views).toContainEqual({ name: 'Nights' })
})

const role = (agentId: string, role: string, token?: string) =>
  change('setAgentRole', { agentId, role }, token)

/** A mutation, for what is selected of its payload; throws what it is refused with. */
async function change(mutation: string, input: object, token?: string | null, selection = '__typename') {
  const title = mutation[0]?.toUpperCase() + mutation.slice(1)
  const data = await server.must(
    `mutation ($input: ${title}Input!) { ${mutation}(input: $input) {
      __typename ... on ${title}Payload { ${selection} } ... on Error { code reason: message } } }`,
    { input },
    token,
  )
  return data[mutation]
}
