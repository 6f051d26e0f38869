export { type EventFields, type EventType, eventTypes, type FeedEvent, type Resync } from './event.js'
export { type Feed, followEvents } from './follow.js'
export type {
  ConversationRevision,
  CursorStorage,
  FollowOptions,
  Query,
  Snapshot,
  Token,
  WebSocketClass,
  WebSocketLike,
} from './options.js'
export { FeedError, type FeedState } from './state.js'
