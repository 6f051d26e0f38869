export { type EventFields, type EventType, eventTypes, type FeedEvent, type Resync } from './event.js'
export { type Feed, followEvents } from './follow.js'
export type {
  ConversationRevision,
  CursorStorage,
  FollowOptions,
  Query,
  Reach,
  Snapshot,
  Token,
  WebSocketClass,
  WebSocketLike,
} from './options.js'
export { FeedError, type FeedState } from './state.js'
export {
  createSubscriber,
  type Sink,
  type Subscribe,
  type SubscriberOptions,
  type SubscriptionRequest,
} from './subscriber.js'
