import type { CursorStorage } from './options.js'

export interface Keeper {
  save(cursor: string): void
  /** Once the last one is written. */
  settled(): Promise<void>
}

/** Writes cursors one after the other; of those that come meanwhile only the newest. */
export function createKeeper(
  storage: CursorStorage | undefined,
  onFailure: (error: unknown) => void,
): Keeper {
  let newest: string | null = null
  let writing: Promise<void> | null = null

  async function write(to: CursorStorage) {
    try {
      while (newest !== null) {
        const cursor = newest
        newest = null
        await to.save(cursor)
      }
    } catch (error) {
      onFailure(error)
    } finally {
      writing = null
    }
  }

  return {
    save(cursor) {
      if (!storage) return
      newest = cursor
      writing ??= write(storage)
    },
    settled: async () => writing ?? undefined,
  }
}
