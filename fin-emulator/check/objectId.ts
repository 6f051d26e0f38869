import { randomUUID } from 'node:crypto'

/** An id as Intercom makes them. */
export const objectId = () => randomUUID()
