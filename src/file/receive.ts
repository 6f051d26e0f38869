import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { UploadedFile } from '../generated/prisma/client.js'
import { newId } from '../ids.js'
import type { FileStore } from './store.js'
import { mayBe, tellingBytes } from './type.js'

/** What was sent is not what was announced; the message says so, for people. */
export class WrongContent extends Error {
  constructor(
    readonly what: 'TYPE' | 'SIZE',
    message: string,
  ) {
    super(message)
  }
}

/** What was announced, and the types that are taken; see `isOneOf`. */
export interface Expected {
  file: UploadedFile
  types: readonly string[]
}

/**
 * Stores the content of an announced file, whole or not at all: false when it has been there already. Each attempt is
 * stored under an id of its own, so none can change what another has brought.
 */
export async function receiveContent(
  db: Database,
  store: FileStore,
  expected: Expected,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<boolean> {
  const storedAs = newId()
  await store.put(storedAs, checked(expected, content), signal)
  const [mine] = await db.query(stored, [expected.file.id, storedAs])
  if (!mine) await store.remove(storedAs)
  return mine !== undefined
}

async function* checked(
  { file: { contentType, size }, types }: Expected,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let length = 0
  let beginning: Uint8Array[] | null = []
  const wrongSize = () => new WrongContent('SIZE', `It has not the ${size} bytes that were announced.`)

  async function* begin(parts: Uint8Array[]) {
    const whole = Buffer.concat(parts)
    if (!(await mayBe(contentType, whole, types)))
      throw new WrongContent(
        'TYPE',
        `It does not go with the type ${contentType}, as which it was announced.`,
      )
    yield whole
  }

  for await (const part of content) {
    length += part.length
    if (length > size) throw wrongSize()
    if (!beginning) {
      yield part
      continue
    }
    beginning.push(part)
    if (length < tellingBytes) continue
    yield* begin(beginning)
    beginning = null
  }
  if (length < size) throw wrongSize()
  if (beginning) yield* begin(beginning)
}

const stored = statement(
  'upload.stored',
  'update uploaded_file set stored_as = $2 where id = $1 and stored_as is null returning 1',
)
