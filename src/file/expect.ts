import { Parser } from 'htmlparser2'
import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Message } from '../generated/prisma/client.js'
import { newId } from '../ids.js'
import type { Attachment } from '../message/attachments.js'

const most = 50

/** Asks for a copy of the files and images that came with a message. Absent: those beyond the first 50. */
export async function expectFiles(
  tx: Transaction,
  { id, body, attachments }: Pick<Message, 'id' | 'body' | 'attachments'>,
): Promise<void> {
  const addresses = filesOf({ body, attachments: attachments as unknown as Attachment[] }).slice(0, most)
  if (addresses.length === 0) return
  await tx.query(insert, [addresses.map(() => newId()), id, addresses, tx.now])
}

/** The addresses of a message's files and images. */
export function filesOf({ body, attachments }: { body: string | null; attachments: Attachment[] }): string[] {
  return [...new Set([...attachments.map(({ url }) => url), ...imagesOf(body)])]
}

function imagesOf(body: string | null): string[] {
  if (!body?.includes('<img')) return []
  const found: string[] = []
  const parser = new Parser({
    onopentag: (name, { src }) => {
      if (name === 'img' && src) found.push(src)
    },
  })
  parser.end(body)
  return found
}

const insert = statement(
  'file.expect',
  `insert into stored_file (id, message_id, original_url, next_attempt_at, created_at)
   select f.id, $2, f.url, $4, $4 from unnest($1::uuid[], $3::text[]) f (id, url)`,
)
