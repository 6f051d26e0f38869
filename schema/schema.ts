import './scalars.js'
import './agent.js'
import './inbox.js'
import './viewer.js'
import './webhook.js'
import './version.js'
import './notice.js'
import './webhookMutations.js'
import './team.js'
import './endUser.js'
import './conversation.js'
import './conversationRead.js'
import './conversationQueries.js'
import './conversationMutations.js'
import './view.js'
import './viewMutations.js'
import './cannedReply.js'
import './message.js'
import './messageEdits.js'
import './messageMutations.js'
import './draft.js'
import './heldReply.js'
import './file.js'
import './upload.js'
import './finIntegration.js'
import './finIntegrationMutations.js'
import './finHealth.js'
import './delivery.js'
import './deliveryQueries.js'
import './deliveryMutations.js'
import './deliveryUpdates.js'
import './event.js'
import './eventTypes.js'
import './timeline.js'
import './events.js'
import './conversationUpdates.js'
import './conversationsChanged.js'
import './liveMetrics.js'
import './typing.js'
import './token.js'
import './errors.js'
import { builder } from './builder.js'
import type { Context } from './context.js'

export const schema = builder.toSchema()

// What the short way has asked is not asked again.
for (const field of [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}),
)) {
  const { resolve } = field
  if (!resolve) continue
  field.resolve = (source, args, context: Context, info) => {
    const settled = context.settled?.get(String(info.path.key))
    return settled ? settled() : resolve(source, args, context, info)
  }
}
