import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Where files lie. */
export interface FileStore {
  /** Stores what comes, whole or not at all. */
  put(id: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** All of it, or a part; null when it is not there. */
  read(id: string, part?: FilePart): Promise<Readable | null>
  /** Nothing happens when it is not there. */
  remove(id: string): Promise<void>
  close(): void
}

/** From which byte to which, both inclusive. */
export interface FilePart {
  start: number
  end: number
}

/** A folder on disk; several nodes must share it. */
export function diskStore(folder: string): FileStore {
  const pathOf = (id: string) => path.join(folder, id.slice(-2), id)
  return {
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
    async read(id, part) {
      try {
        return (await open(pathOf(id))).createReadStream(part)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    remove: (id) => rm(pathOf(id), { force: true }),
    close: () => undefined,
  }
}
