/** The helpdesk under test, with a durable database, whose processes can be killed. */
export interface Stage {
  /** Of each node; the same ones over all restarts. */
  urls: readonly string[]
  targets: readonly Target[]
  /** Of the database, for its owner, as of now. */
  databaseUrl(): string
  /** Has what killed nodes were sending sent again at once, not when their leases end. */
  endLeases(): Promise<void>
}

/** A process that can be killed. */
export interface Target {
  name: string
  /** How many nodes its death cuts off. */
  nodes: number
  /** `kill -9`; comes back when nothing of it lives any more. */
  kill(): Promise<void>
  /** Comes back when it serves again. */
  restart(): Promise<void>
}

/** What a stage is made with. */
export interface StageOptions {
  dataDir: string
  /** As many as the stage has processes that listen. */
  ports: readonly number[]
  adminToken: string
  secretKey: string
  /** Called when a server ends that nobody has killed or stopped. */
  ended: (sentence: string) => void
}

export function commonEnvironment({ adminToken, secretKey }: StageOptions): Record<string, string> {
  return {
    ADMIN_TOKEN: adminToken,
    SECRET_KEY: secretKey,
    HOST: '127.0.0.1',
    ALLOW_PRIVATE_WEBHOOKS: 'true',
    SAMPLE_DATA: 'false',
    RATE_LIMIT: '1000000000',
    LOG_LEVEL: 'error',
    // As npm sets it: the server stops when its parent has gone, also when that was killed.
    npm_lifecycle_event: 'chaos',
  }
}
