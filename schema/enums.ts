import { tokenScopes } from '../src/actor.js'
import {
  AgentRole,
  ConversationStatus,
  FinRegion,
  IntegrationState,
  OriginApi,
  Priority,
  Visibility,
} from '../src/generated/prisma/enums.js'
import { builder } from './builder.js'

export const ConversationStatusEnum = builder.enumType('ConversationStatus', {
  description: 'How far a conversation is.',
  values: {
    OPEN: { value: ConversationStatus.OPEN, description: 'Being worked on.' },
    SNOOZED: {
      value: ConversationStatus.SNOOZED,
      description: 'Put aside until a time, or until the end-user writes. Open to Fin.',
    },
    RESOLVED: {
      value: ConversationStatus.RESOLVED,
      description: 'Answered; the end-user may reopen it by writing.',
    },
    CLOSED: { value: ConversationStatus.CLOSED, description: 'Finished or archived.' },
    ENDED: { value: ConversationStatus.ENDED, description: 'Ended by the end-user or an agent.' },
  },
})

export const PriorityEnum = builder.enumType(Priority, {
  name: 'Priority',
  description: 'How urgent it is, rising.',
})

export const VisibilityEnum = builder.enumType('Visibility', {
  description: 'Who sees a message.',
  values: {
    PUBLIC: { value: Visibility.PUBLIC, description: 'The end-user too.' },
    PRIVATE: { value: Visibility.PRIVATE, description: 'Agents only: a note.' },
  },
})

export const AgentRoleEnum = builder.enumType('AgentRole', {
  description: 'What an agent may do.',
  values: {
    ADMIN: {
      value: AgentRole.ADMIN,
      description: 'Sees every inbox and administers agents, inboxes and integrations.',
    },
    AGENT: { value: AgentRole.AGENT, description: 'Answers in the inboxes they are a member of.' },
  },
})

export const OriginApiEnum = builder.enumType(OriginApi, {
  name: 'OriginApi',
  description: 'Through which API a change came.',
})

export const FinRegionEnum = builder.enumType(FinRegion, {
  name: 'FinRegion',
  description: 'Where the Intercom workspace is hosted.',
})

export const IntegrationStateEnum = builder.enumType('IntegrationState', {
  description: 'Whether webhooks go out.',
  values: {
    ACTIVE: { value: IntegrationState.ACTIVE, description: 'They do.' },
    PAUSED: { value: IntegrationState.PAUSED, description: 'They wait; nothing is lost.' },
  },
})

export const TokenScopeEnum = builder.enumType('TokenScope', {
  description: 'What a token may be used for, beside what its agent may do.',
  values: tokenScopes,
})
