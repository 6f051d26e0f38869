import { chmodSync, mkdirSync } from 'node:fs'

/** Where root keeps what PostgreSQL's user must reach, when the project lies in a folder closed to that user. */
export const sharedFolder = '/var/lib/graphdesk'

/** Creates it, open to all for passing through. */
export function ensureSharedFolder() {
  if (mkdirSync(sharedFolder, { recursive: true })) chmodSync(sharedFolder, 0o755)
}
