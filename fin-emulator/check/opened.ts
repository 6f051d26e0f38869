import type { Json } from './calls.js'

/** The two objects of an answer to create_conversation; undefined where there is none. */
export interface Opened {
  conversation: Json
  message: Json
}

/** Under `data` or at the top level, by their documented names or any other: the pages show neither. */
export function openedIn(body: Json): Opened {
  const [inside, outside] = [openedAt(body?.data), openedAt(body)]
  return inside.conversation ? inside : outside
}

/** At this place of an answer. */
export function openedAt(place: Json): Opened {
  const objects: Json[] = Object.values(place ?? {})
  return {
    conversation: place?.conversation ?? objects.find((one) => one?.status && one.user),
    message: place?.message ?? objects.find((one) => one?.message_type),
  }
}
