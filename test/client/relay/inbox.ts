import { graphql } from 'relay-runtime'

// Read by relay-compiler, never run: what it makes of each is imported from `__generated__`.

export const inboxQuery = graphql`
  query inboxQuery($count: Int!, $cursor: String) {
    eventCursor
    ...inbox_conversations
  }
`

export const conversations = graphql`
  fragment inbox_conversations on Query @refetchable(queryName: "inboxPageQuery") {
    conversations(first: $count, after: $cursor, filter: { status: [OPEN] })
      @connection(key: "inbox_conversations") {
      edges {
        node { id revision title assignee { id name } }
      }
    }
  }
`

export const openQuery = graphql`
  query inboxOpenQuery($id: ID!, $count: Int!, $cursor: String) {
    conversation(id: $id) {
      ...inbox_timeline
    }
  }
`

export const timeline = graphql`
  fragment inbox_timeline on Conversation @refetchable(queryName: "inboxTimelineQuery") {
    id
    timeline(last: $count, before: $cursor) @connection(key: "inbox_timeline") {
      edges {
        node {
          __typename
          ... on Message { id text }
        }
      }
    }
  }
`

export const assignMutation = graphql`
  mutation inboxAssignMutation($input: AssignConversationInput!) {
    assignConversation(input: $input) {
      ... on AssignConversationPayload { conversation { id revision assignee { id name } } }
      ... on Error @alias(as: "refused") { code reason: message }
    }
  }
`

export const eventsSubscription = graphql`
  subscription inboxEventsSubscription($after: EventCursor) {
    events(after: $after) {
      cursor
      type
      revision
      conversation { id revision title assignee { id name } }
    }
  }
`
