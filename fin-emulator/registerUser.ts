import { isDeepStrictEqual } from 'node:util'
import type { CopiedUser } from './conversationCopy.js'
import type { Fin } from './fin.js'
import { HelpdeskError } from './helpdeskError.js'
import type { Attributes } from './shapes.js'

/** Makes sure that the helpdesk knows the user: a known one is loaded, an unknown one created. */
export async function registerUser(
  fin: Fin,
  user: CopiedUser,
  attributes: Attributes,
  conversation: string,
): Promise<void> {
  const client = fin.helpdesk().client(conversation)
  const known = user.helpdeskId === null ? null : await client.getUser(user.helpdeskId).catch(nullIfUnknown)
  if (known === null) {
    user.attributes = { ...user.attributes, ...attributes }
    const { id } = await client.createUser({
      object_id: user.objectId,
      name: user.name,
      email: user.email,
      attributes: user.attributes,
    })
    user.helpdeskId = id
    return
  }
  user.helpdeskId = known.id
  user.attributes = known.attributes ?? {}
  const wanted = { ...user.attributes, ...attributes }
  if (!isDeepStrictEqual(wanted, user.attributes)) {
    user.attributes = (await client.updateUser(known.id, attributes)).attributes ?? wanted
  }
}

// A helpdesk that was emptied has forgotten the user.
function nullIfUnknown(error: unknown): null {
  if (error instanceof HelpdeskError && error.status === 404) return null
  throw error
}
