import type { Json } from './calls.js'
import { objectId } from './objectId.js'
import { expectTaken } from './points/expect.js'
import type { Known, Probe } from './probe.js'

/** Says something, and returns how get_messages shows it; undefined where it shows nothing with its words. */
export async function listed(
  probe: Probe,
  conversation: Known,
  message: { body?: string } & Record<string, unknown> = {},
): Promise<Json> {
  const words = objectId()
  const body = `${message.body ?? ''}<p>${words}</p>`
  expectTaken(await probe.say(conversation, { ...message, body }))
  const messages = await probe.messages(conversation.id)
  return messages.find((shown) => String(shown?.body).includes(words))
}
