import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.js'
import { editDesk } from './desk.js'

let server: TestServer
let desk: ReturnType<typeof editDesk>
let inboxId: string
const tokens: Record<string, string | undefined> = { admin: undefined }

beforeAll(async () => {
  server = await startTestServer()
  desk = editDesk(server)
  inboxId = await server.inbox()
  for (const name of ['Ann', 'Bob']) tokens[name] = (await server.agent(name, [inboxId])).token
})
afterAll(() => server.stop())

interface Said {
  id: string
  author: string
  visibility: 'PUBLIC' | 'PRIVATE'
  text: string
  edits: { kind: string; text: string }[]
  isDeleted: boolean
  isRedacted: boolean
}

interface Step {
  by: 'admin' | 'Ann' | 'Bob'
  does: 'reply' | 'note' | 'editMessage' | 'deleteMessage' | 'redactMessage'
  /** Which message, counted round. */
  on: number
  text: string
}

/** What a step gives, and does to what was said; null where it is refused. */
function expected(said: Said, { by, does, text }: Step): string | null {
  const isAdmin = by === 'admin'
  if (does === 'redactMessage') {
    if (!isAdmin) return 'FORBIDDEN'
    if (!said.isRedacted) said.edits.push({ kind: 'REDACTED', text: '' })
    said.edits = said.edits.map(({ kind }) => ({ kind, text: '' }))
    Object.assign(said, { text: '', isRedacted: true })
    return null
  }
  const isGone = said.isDeleted || said.isRedacted
  if (does === 'editMessage' && said.author === 'end-user') return 'FORBIDDEN'
  if (said.author !== by && !isAdmin) return 'FORBIDDEN'
  if (does === 'editMessage') {
    if (isGone) return 'CONFLICT'
    if (said.text !== text) said.edits.push({ kind: 'EDITED', text: said.text })
    said.text = text
  } else if (!isGone) {
    said.edits.push({ kind: 'DELETED', text: said.text })
    Object.assign(said, { text: '', isDeleted: true })
  }
  return null
}

test('whoever changes what, the messages, their history, the preview and the events are as the rules say', async () => {
  const step: fc.Arbitrary<Step> = fc.record({
    by: fc.constantFrom('admin', 'Ann', 'Bob'),
    does: fc.constantFrom('reply', 'note', 'editMessage', 'editMessage', 'deleteMessage', 'redactMessage'),
    on: fc.nat(5),
    text: fc.constantFrom('one', 'two', 'three', 'four'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const id = await server.conversation(inboxId, 'Hello')
      const [asked] = (await desk.shown(id)).messages.nodes
      const plain = { edits: [], isDeleted: false, isRedacted: false }
      const all: Said[] = [
        { id: asked.id, author: 'end-user', visibility: 'PUBLIC', text: 'Hello', ...plain, edits: [] },
      ]
      let changes = 0
      for (const given of steps) {
        const { by, does, text, on } = given
        if (does === 'reply' || does === 'note') {
          const said = await desk[does === 'reply' ? 'say' : 'note'](id, text, tokens[by])
          const visibility = does === 'reply' ? 'PUBLIC' : 'PRIVATE'
          all.push({ id: said, author: by, visibility, text, ...plain, edits: [] })
          continue
        }
        const said = all[on % all.length] as Said
        const before = said.edits.length
        const code = expected(said, given)
        const input = { messageId: said.id, ...(does === 'editMessage' && { body: text }) }
        const answer = await desk.change(does, input, tokens[by])
        expect(answer.code ?? null).toBe(code)
        changes += said.edits.length - before
      }
      const { messages, ...conversation } = await desk.shown(id)
      expect(
        messages.nodes.map(({ id, text, body, visibility, deletedAt, redactedAt, edits }: typeof asked) => ({
          id,
          text,
          hasBody: body !== null,
          visibility,
          isDeleted: deletedAt !== null,
          isRedacted: redactedAt !== null,
          edits: edits.map(({ kind, text }: Said['edits'][0]) => ({ kind, text })),
        })),
      ).toEqual(all.map(({ author, ...said }) => ({ ...said, hasBody: said.text !== '' })))
      const shown = all.filter(
        ({ visibility, isDeleted, isRedacted }) => visibility === 'PUBLIC' && !isDeleted && !isRedacted,
      )
      expect(conversation.preview).toBe(shown.at(-1)?.text ?? null)
      expect(conversation.messageCount).toBe(all.length)
      expect(await desk.eventsOf(id)).toHaveLength(changes)
    }),
    { numRuns: 30 },
  )
}, 120_000)
