import { expect, test } from 'vitest'
import { rootFieldOf } from '../../client/document.js'

const events = { name: 'events', key: 'events' }

test.each([
  ['without a name', 'subscription { events { cursor } }', events],
  ['with variables', 'subscription A($after: EventCursor) { events(after: $after) { type } }', events],
  ['with an alias', 'subscription { feed: events { cursor } }', { name: 'events', key: 'feed' }],
  [
    'of another field',
    'subscription T($id: ID!){typing(conversationId:$id){isTyping}}',
    { name: 'typing', key: 'typing' },
  ],
  [
    'behind a fragment',
    'fragment E on Event { cursor ... on Resync { reason } } subscription { events { ...E } }',
    events,
  ],
  [
    'behind a fragment of that name',
    'fragment subscription on Event { cursor } subscription { events { ...subscription } }',
    events,
  ],
  [
    'behind objects in its variables',
    'subscription ($f: EventFilter = { inboxId: "}" }) { events(filter: $f) { type } }',
    events,
  ],
  ['behind a directive', 'subscription A @live(if: true) { events { type } }', events],
  ['behind comments', '# subscription { typing\nsubscription { # typing {\n  events { type } }', events],
  [
    'behind strings',
    'subscription ($a: String = """ \\""" { typing """, $b: String = "\\" {") { events { type } }',
    events,
  ],
])('the root field of a subscription %s', (_, text, root) => {
  expect(rootFieldOf(text)).toEqual(root)
})

test.each([
  '{ events { nodes { type } } }',
  'subscription { ...Root }',
  'query subscription { events { type } }',
  '',
])('none where the text shows none: %s', (text) => {
  expect(rootFieldOf(text)).toBeUndefined()
})
