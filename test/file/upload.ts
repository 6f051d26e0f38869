import type { TestServer } from '../support/server.js'

export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** The member of `createUpload`'s result. */
export async function announce(
  server: TestServer,
  given: { filename?: string; contentType: string; size: number; idempotencyKey?: string },
  as?: string | null,
) {
  const { data } = await server.graphql(
    `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { __typename
      ... on CreateUploadPayload { file { id filename contentType size isStored uploadUrl url expiresAt } }
      ... on ValidationError { field } ... on Error { code } } }`,
    { input: { filename: 'a file', ...given } },
    as,
  )
  return data.createUpload
}

export function put(url: string, content: Uint8Array, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'PUT', body: content as BodyInit, headers })
}

/** A file whose content is there. */
export async function upload(
  server: TestServer,
  given: { content: Buffer; contentType: string; filename?: string },
  as?: string,
): Promise<{ id: string; url: string }> {
  const { content, ...about } = given
  const { file } = await announce(server, { ...about, size: content.length }, as)
  const { status } = await put(file.uploadUrl, content)
  if (status !== 204) throw new Error(`The upload was answered with ${status}.`)
  const { node } = await server.must(
    'query ($id: ID!) { node(id: $id) { ... on UploadedFile { id url } } }',
    { id: file.id },
    as,
  )
  return node
}

const shown = 'id preview: text attachments { url filetype filename fileId contentType size }'

/** The message, or the error. */
export async function reply(
  server: TestServer,
  conversationId: string,
  attachments: object[],
  { as, note, ...input }: { as?: string; note?: boolean; body?: string; idempotencyKey?: string } = {},
) {
  const [name, type] = note ? ['addNote', 'AddNote'] : ['replyToConversation', 'ReplyToConversation']
  const { data } = await server.graphql(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
      ... on ${type}Payload { message { ${shown} } } ... on ValidationError { field } ... on Error { code reason: message } } }`,
    { input: { conversationId, attachments, ...input } },
    as,
  )
  return data[name as string].message ?? data[name as string]
}

export async function attachmentsOf(server: TestServer, messageId: string, as?: string) {
  const { node } = await server.must(
    `query ($id: ID!) { node(id: $id) { ... on Message { ${shown} } } }`,
    { id: messageId },
    as,
  )
  return node?.attachments ?? null
}
