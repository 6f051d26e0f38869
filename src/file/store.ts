import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Where copies of files lie. */
export interface FileStore {
  /** Stores what comes, whole or not at all. */
  put(id: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** Of a stored one, on this machine's disk. */
  pathOf(id: string): string
  /** Removes it, if it is there. */
  remove(id: string): Promise<void>
}

/** A folder on disk; several nodes must share it. */
export function diskStore(folder: string): FileStore {
  const pathOf = (id: string) => path.join(folder, id.slice(-2), id)
  return {
    pathOf,
    remove: (id) => rm(pathOf(id), { force: true }),
    async put(id, content, signal) {
      const file = pathOf(id)
      // A name of its own: whoever takes over a claim that has ended may write beside a slow one.
      const unfinished = `${file}.${randomUUID()}.part`
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      try {
        await pipeline(content, createWriteStream(unfinished, { mode: 0o600, flush: true }), { signal })
        await rename(unfinished, file)
      } catch (error) {
        await rm(unfinished, { force: true })
        throw error
      }
    },
  }
}
