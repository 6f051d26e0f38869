/** Lets each conversation have one thing done at a time, and its syncs coalesce. */
export interface SyncQueue {
  /**
   * Asks for a sync. Requests that arrive before it starts share it; those that arrive while it runs share
   * exactly one more. Settles after its first try: true when it succeeded.
   */
  request(conversation: string): Promise<boolean>
  /** Does something else in the conversation's turn, so that no sync moves the copy meanwhile. */
  inTurn<T>(conversation: string, task: () => Promise<T>): Promise<T>
  /** True when another sync is already asked for. */
  isAwaited(conversation: string): boolean
  /** Drops waiting retries and lets what runs come to its end. */
  close(): Promise<void>
}

/** How syncs run and what happens when they fail. */
export interface SyncQueueOptions {
  sync(conversation: string): Promise<void>
  /** A failed sync is repeated up to 5 times, this many milliseconds apart. */
  retryDelayMs: number
  onFailure(conversation: string, error: unknown, failures: number, willRetry: boolean): void
}

interface Slot {
  tail: Promise<unknown>
  awaited: Promise<boolean> | undefined
  retry: NodeJS.Timeout | undefined
}

const retries = 5

/** A queue with no conversations in it yet. */
export function createSyncQueue({ sync, retryDelayMs, onFailure }: SyncQueueOptions): SyncQueue {
  const slots = new Map<string, Slot>()
  let closed = false

  function slotOf(conversation: string): Slot {
    const slot = slots.get(conversation) ?? { tail: Promise.resolve(), awaited: undefined, retry: undefined }
    slots.set(conversation, slot)
    return slot
  }

  function inTurn<T>(conversation: string, task: () => Promise<T>): Promise<T> {
    const slot = slotOf(conversation)
    const result = slot.tail.then(task)
    slot.tail = result.catch(() => undefined)
    return result
  }

  function enqueue(conversation: string, failures: number): Promise<boolean> {
    const slot = slotOf(conversation)
    if (slot.awaited) return slot.awaited
    // A newer cause does not wait for an older one's retry: it takes its place.
    clearTimeout(slot.retry)
    slot.awaited = inTurn(conversation, () => {
      slot.awaited = undefined
      return attempt(conversation, slot, failures)
    })
    return slot.awaited
  }

  async function attempt(conversation: string, slot: Slot, earlier: number): Promise<boolean> {
    if (closed) return false
    try {
      await sync(conversation)
      return true
    } catch (error) {
      const failures = earlier + 1
      const willRetry = failures <= retries && !slot.awaited && !closed
      onFailure(conversation, error, failures, willRetry)
      if (willRetry) slot.retry = setTimeout(() => void enqueue(conversation, failures), retryDelayMs)
      return false
    }
  }

  async function close(): Promise<void> {
    closed = true
    for (const slot of slots.values()) clearTimeout(slot.retry)
    await Promise.all([...slots.values()].map((slot) => slot.tail))
  }

  return {
    request: (conversation) => enqueue(conversation, 0),
    inTurn,
    isAwaited: (conversation) => slotOf(conversation).awaited !== undefined,
    close,
  }
}
