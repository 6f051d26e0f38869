export interface Tab {
  query: string
  /** JSON; `conv_…` stands for a conversation that the page puts in. */
  variables?: string
}

/** What a newcomer sees first; the same as in README.md. */
const inbox = `query Inbox {
  conversations(first: 5, filter: { status: [OPEN] }) {
    nodes {
      id
      title
      preview
      endUser { name }
      assignee { name }
    }
  }
}

subscription Live {
  events {
    cursor
    type
    occurredAt
    conversation { id status preview }
  }
}
`

const conversation = `# One conversation: what was said in it, and what happened.
query Conversation($id: ID!) {
  conversation(id: $id) {
    title
    status
    version
    endUser { name email }
    assignee { name }
    timeline(last: 20) {
      edges {
        event { type occurredAt actor { ... on Agent { name } } }
        node { ... on Message { visibility text } }
      }
    }
  }
}
`

const reply = `# A reply. Run it twice: the key sees to it that the second changes nothing.
# Another key gives another reply.
mutation Reply($input: ReplyToConversationInput!) {
  replyToConversation(input: $input) {
    ... on ReplyToConversationPayload {
      message { id seq text }
      conversation { version assignee { name } }
    }
    ... on Error { code reason: message }
  }
}
`

const follow = `# The conversation as it is now, then everything that happens in it: run Reply in its tab meanwhile.
# After a lost connection give the last cursor as \`after\`, and nothing is missed.
subscription Follow($id: ID!, $after: EventCursor) {
  conversationUpdated(id: $id, after: $after, snapshot: true) {
    kind
    cursor
    event { type occurredAt }
    conversation { status version preview assignee { name } }
  }
}
`

/** The tabs that GraphiQL opens with. */
export const tabs: [Tab, ...Tab[]] = [
  { query: inbox },
  { query: conversation, variables: json({ id: 'conv_…' }) },
  {
    query: reply,
    variables: json({
      input: {
        conversationId: 'conv_…',
        body: '<p>They are back on Monday.</p>',
        idempotencyKey: 'my-first-reply',
      },
    }),
  },
  { query: follow, variables: json({ id: 'conv_…' }) },
]

function json(variables: object): string {
  return JSON.stringify(variables, null, 2)
}
