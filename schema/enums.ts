import type { Duty, TokenScope } from '../src/actor.js'
import {
  AgentRole,
  ConversationStatus,
  DeliveryState,
  EmailBinding,
  FinRegion,
  HeldReplyFailure,
  HeldReplyState,
  IntegrationState,
  OriginApi,
  Priority,
  SignatureMode,
  ViewScope,
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
  values: {
    NONE: { description: 'Not said.' },
    LOW: { description: 'It can wait.' },
    NORMAL: { description: 'As most.' },
    HIGH: { description: 'Before most.' },
    URGENT: { description: 'Before all.' },
  },
})

export const ViewScopeEnum = builder.enumType('ViewScope', {
  description: 'Whose a view is.',
  values: {
    PERSONAL: { value: ViewScope.PERSONAL, description: 'Its maker’s, who alone sees and changes it.' },
    TEAM: { value: ViewScope.TEAM, description: 'A team’s, whose members see and change it.' },
    SHARED: { value: ViewScope.SHARED, description: 'Everybody’s; supervisors change it.' },
  },
})

export const VisibilityEnum = builder.enumType('Visibility', {
  description: 'Who sees a message.',
  values: {
    PUBLIC: { value: Visibility.PUBLIC, description: 'The end-user too.' },
    PRIVATE: { value: Visibility.PRIVATE, description: 'Agents only: a note.' },
  },
})

export const HeldReplyStateEnum = builder.enumType('HeldReplyState', {
  description: 'What has become of a held reply.',
  values: {
    HELD: { value: HeldReplyState.HELD, description: 'It is sent at its time, unless it is undone.' },
    SENT: { value: HeldReplyState.SENT, description: 'It is a message now.' },
    UNDONE: { value: HeldReplyState.UNDONE, description: 'Its agent took it back, and has it as a draft.' },
    FAILED: {
      value: HeldReplyState.FAILED,
      description: 'It could not be sent at its time; its agent has it as a draft.',
    },
  },
})

export const HeldReplyFailureEnum = builder.enumType('HeldReplyFailure', {
  description: 'Why a held reply could not be sent at its time.',
  values: {
    AGENT_ARCHIVED: {
      value: HeldReplyFailure.AGENT_ARCHIVED,
      description: 'Its agent’s account is no longer in use.',
    },
    OUT_OF_SIGHT: {
      value: HeldReplyFailure.OUT_OF_SIGHT,
      description: 'The conversation was no longer in its agent’s sight.',
    },
    MOVED_ON: {
      value: HeldReplyFailure.MOVED_ON,
      description: 'The conversation was no longer at the `expectedVersion`.',
    },
    REFUSED: {
      value: HeldReplyFailure.REFUSED,
      description: 'What was to become of the conversation was no longer allowed.',
    },
  },
})

export const AgentRoleEnum = builder.enumType('AgentRole', {
  description: 'What an agent may do.',
  values: {
    ADMIN: {
      value: AgentRole.ADMIN,
      description: 'Sees every inbox and administers agents, inboxes and integrations.',
    },
    SUPERVISOR: {
      value: AgentRole.SUPERVISOR,
      description:
        'An agent who also makes teams and shared views, and decides who is a member of the inboxes they are in.',
    },
    AGENT: { value: AgentRole.AGENT, description: 'Answers in the inboxes they are a member of.' },
    READ_ONLY: {
      value: AgentRole.READ_ONLY,
      description:
        'Sees the inboxes they are a member of, notes included, and changes only what is their own.',
    },
  },
})

export const DutyEnum = builder.enumType('Duty', {
  description: 'What an agent may do beside looking, by their role and the scopes of their token.',
  values: {
    KEEP_OWN: { description: 'Keep what is theirs alone: read marks, views and API tokens of their own.' },
    ANSWER: { description: 'Work on conversations, end-users and the views of their teams.' },
    MANAGE: { description: 'Make teams and shared views, and say who is a member of their inboxes.' },
    ADMINISTER: { description: 'Administer agents, inboxes, integrations and webhooks.' },
  } satisfies Record<Duty, object>,
})

export const OriginApiEnum = builder.enumType(OriginApi, {
  name: 'OriginApi',
  description: 'Through which API a change came.',
  values: {
    GRAPHQL: { description: 'This one.' },
    FIN: { description: 'The REST API for Fin.' },
    SYSTEM: { description: 'None: Graphdesk did it itself.' },
  },
})

export const FinRegionEnum = builder.enumType(FinRegion, {
  name: 'FinRegion',
  description: 'Where the Intercom workspace is hosted.',
  values: {
    US: { description: 'In the United States.' },
    EU: { description: 'In the European Union.' },
    AU: { description: 'In Australia.' },
  },
})

export const WebhookStateEnum = builder.enumType('WebhookState', {
  description: 'Whether a webhook is sent to.',
  values: {
    ACTIVE: { description: 'It is.' },
    PAUSED: { description: 'What happens waits; nothing is lost.' },
  },
})

export const IntegrationStateEnum = builder.enumType('IntegrationState', {
  description: 'Whether webhooks go out.',
  values: {
    ACTIVE: { value: IntegrationState.ACTIVE, description: 'They do.' },
    PAUSED: { value: IntegrationState.PAUSED, description: 'They wait; nothing is lost.' },
  },
})

export const DeliveryStateEnum = builder.enumType('DeliveryState', {
  description: 'How far a delivery is.',
  values: {
    QUEUED: {
      value: DeliveryState.QUEUED,
      description: 'Behind an earlier one to the same webhook about the same conversation.',
    },
    PENDING: { value: DeliveryState.PENDING, description: 'Waits to be sent, for the first time or again.' },
    IN_FLIGHT: { value: DeliveryState.IN_FLIGHT, description: 'Being sent.' },
    DELIVERED: { value: DeliveryState.DELIVERED, description: 'Taken by its receiver.' },
    PARKED: {
      value: DeliveryState.PARKED,
      description: 'Given up: refused for what it is, or tried for three days. `redeliver` sends it again.',
    },
  },
})

export const TokenScopeEnum = builder.enumType('TokenScope', {
  description: 'What a token may be used for, beside what its agent may do.',
  values: {
    READ: { description: 'To see; every token has it.' },
    WRITE: { description: 'To change what agents change.' },
    ADMIN: { description: 'To administer, where its agent is an admin.' },
  } satisfies Record<TokenScope, object>,
})

export const SignatureModeEnum = builder.enumType('SignatureMode', {
  description: 'What becomes of a request whose signature does not fit.',
  values: {
    ENFORCE: { value: SignatureMode.ENFORCE, description: 'It is refused.' },
    LOG: {
      value: SignatureMode.LOG,
      description:
        'It is let in, and the integration’s log says why it would have been refused: for while someone is connecting.',
    },
  },
})

export const EmailBindingEnum = builder.enumType('EmailBinding', {
  description: 'What an e-mail address alone, which anyone can type into a messenger, is worth.',
  values: {
    BIND: {
      value: EmailBinding.BIND,
      description: 'It is whom the inbox knows by it, unless Fin has another id of them.',
    },
    SUGGEST: {
      value: EmailBinding.SUGGEST,
      description: 'It is somebody new, suggested as a possible duplicate.',
    },
  },
})
